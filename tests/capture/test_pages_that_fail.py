"""Pages that are no evidence, and pages that will not end: each ends with its reason."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from capture.visit import capture_to_memory
from tests.capture.site import Answer, Site
from tests.capture.visiting import Now, document, settings, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COMMENT = (
    '<article role="article" aria-label="Kommentar fra Eva Lind"><a href="/eva">Eva Lind</a>'
    '<time datetime="2026-11-20T10:00:00+01:00">i går</time><p>{text}</p></article>'
)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer.page("<h1>Væk</h1>" + COMMENT.format(text="Falsk"), status=404), "http_404"),
        (Answer.page("<form action=/login><input type=password></form>"), "login_wall"),
        (Answer.page("<h1>Siden findes ikke længere</h1>"), "soft_error"),
        (Answer.page(""), "empty_page"),
        (Answer.page("<iframe src=/inde></iframe>"), "only_frames"),
        (Answer(b"PK", headers={"Content-Type": "application/zip"}), "not_a_page"),
        (Answer.redirect("/"), "redirect_loop"),
    ],
)
def test_what_is_no_evidence_fails_with_its_reason(
    answer: Answer, reason: str, site: Site, now: Now
) -> None:
    site.answers["/"] = answer
    report, files = visit(site, "/", now)
    assert (report.status, report.reason, report.posts_read) == ("failed", reason, 0)
    assert document(files)["reason"] == reason
    assert document(files, "posts.json") == []


def test_the_picture_and_the_text_of_a_page_without_posts_are_kept(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page("<h1>Velkommen</h1><p>Åbningstider</p>")
    report, files = visit(site, "/", now)
    assert (report.status, report.reason) == ("failed", "no_posts")
    assert Image.open(io.BytesIO(files["page.png"])).size == (1280, 900)
    assert files["page.txt"].decode().split() == ["Velkommen", "Åbningstider"]
    assert {file.name for file in report.files} == set(files)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "address_not_web"),
        ("javascript:alert(1)", "address_not_web"),
        ("http://user:pass@127.0.0.1/", "address_not_web"),
        ("http://", "address_not_web"),
        ("http://127.0.0.1/", "refused_not_public"),
        ("http://[::1]:8000/", "refused_port"),
    ],
)
def test_an_address_that_may_not_be_visited_is_told_why(url: str, reason: str, now: Now) -> None:
    report, files = capture_to_memory(url, now=now)
    assert (report.status, report.reason) == ("failed", reason)
    assert document(files)["url"] == url


def test_what_is_set_apart_but_is_no_post_and_what_stands_in_a_frame_is_told(
    site: Site, now: Now
) -> None:
    site.answers["/film"] = site.answers["/inde"] = Answer.page("<p>Ord i en ramme</p>")
    site.answers["/"] = Answer.page(
        "<article><h1>Sidens egen</h1><p>Velkommen til.</p></article>"
        + COMMENT.format(text="Står her")
        + "<article><h3><a href=/andet>Læs også om skolerne</a></h3><p>Resumé.</p></article>"
        "<article><a href=/tredje><h3>Mød biblioteket</h3></a><p>Resumé.</p></article>"
        "<article><p>Ord uden navn.</p></article>"
        "<article><span>Sponsoreret</span><p>Køb en sofa</p></article>"
        "<iframe src=/inde width=600 height=400></iframe>"
        "<iframe src=/film width=600 height=400 allowfullscreen></iframe>"
    )
    report, files = visit(site, "/", now)
    assert (report.status, report.posts_read) == ("captured", 1)
    told = "1 part without an author or a time not read as posts; 1 frame within the page not read"
    assert report.left_out == document(files)["left_out"] == told


def test_a_page_that_hangs_the_browser_ends_by_the_time_limit(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page("<p>hej</p><script>setTimeout(() => {for (;;);}, 100)</script>")
    began = time.monotonic()
    report, _ = visit(site, "/", now, settings=settings(wall_seconds=6))
    assert (report.status, report.reason) == ("failed", "time_limit")
    assert time.monotonic() - began < 40


def test_a_page_that_crashes_the_browser_ends_at_once_and_says_so(site: Site, now: Now) -> None:
    # Deeper than the browser can lay out, and so only after it has loaded.
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Står her") + "<script>setTimeout(() => { let at = document.body;"
        "for (let n = 0; n < 20000; n += 1) { const inner = document.createElement('div');"
        "at.append(inner); at = inner; } at.append('her') }, 100)</script>"
    )
    report, _ = visit(site, "/", now)
    assert (report.status, report.reason) == ("failed", "browser_failed")


def test_a_page_that_is_never_idle_is_read_all_the_same(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Står her") + '<img src="/endless"><p id=ur></p><script>let n = 0;'
        "setInterval(() => { document.getElementById('ur').textContent = n++ }, 20)</script>"
    )
    site.answers["/endless"] = Answer(endless=True, headers={"Content-Type": "image/png"})
    report, _ = visit(site, "/", now, settings=settings(settle_seconds=1, answer_seconds=3))
    assert (report.status, report.posts_read) == ("captured", 1)


def test_blanks_within_broken_structured_data_hold_nothing_up(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Står her")
        + '<script type="application/ld+json">{"@type": "Comment", "text": "-->'
        + " " * 200_000
        + 'x",}</script>'
    )
    report, _ = visit(site, "/", now, settings=settings(wall_seconds=25))
    assert (report.status, report.reason) == ("captured", None)


def test_the_same_words_named_over_and_over_are_copied_no_more_than_needed(
    site: Site, now: Now
) -> None:
    named = "<span itemprop=text data-time=1>" * 200 + "ord " * 400_000
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Står her") + "<div style='height:9px;overflow:hidden'>"
        f"<div itemscope itemtype=https://schema.org/Comment>{named}</div></div>"
    )
    report, _ = visit(site, "/", now, settings=settings(wall_seconds=35))
    assert (report.status, report.reason) == ("captured", None)


def test_dialogs_and_new_windows_wait_for_no_one(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Bag dialogen")
        + "<script>alert('1'); confirm('2'); prompt('3'); window.open('/popup');"
        "onbeforeunload = () => 'bliv'; print()</script>"
    )
    report, _ = visit(site, "/", now)
    assert (report.status, report.posts_read) == ("captured", 1)
    assert "/popup" not in site.asked


def test_words_that_look_like_a_script_are_only_words(site: Site, now: Now) -> None:
    words = "<script>fetch('/xss')</script><img src=x onerror=fetch('/xss')>"
    site.answers["/"] = Answer.page(
        COMMENT.format(text=words.replace("&", "&amp;").replace("<", "&lt;"))
    )
    report, _ = visit(site, "/", now)
    assert [item.post.text for item in report.posts] == [words]
    assert "/xss" not in site.asked


def test_a_page_cannot_bend_the_scripts_that_read_it(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Ægte ord") + "<script>JSON.stringify = () => '{\"posts\": []}';"
        "Array.prototype.map = Array.prototype.filter = () => [];"
        "Element.prototype.getBoundingClientRect = () => { throw 1 };"
        "Object.defineProperty(Node.prototype, 'textContent', {get: () => 'løgn'})</script>"
    )
    report, _ = visit(site, "/", now)
    assert [item.post.text for item in report.posts] == ["Ægte ord"]


def test_what_loads_when_scrolled_to_is_loaded(site: Site, now: Now) -> None:
    comments = "".join(COMMENT.format(text=f"Nummer {n}") for n in range(3))
    site.answers["/more"] = Answer.page(COMMENT.format(text="Kom senere"))
    site.answers["/"] = Answer.page(
        comments + "<div style='height: 5000px'></div><div id=end></div><script>"
        "new IntersectionObserver(async (seen, watch) => { if (!seen[0].isIntersecting) return;"
        "watch.disconnect(); const page = await (await fetch('/more')).text();"
        "end.innerHTML = page.slice(page.indexOf('<article')); }).observe(end)</script>"
        "<script>const end = document.getElementById('end')</script>",
    )
    report, _ = visit(site, "/", now)
    assert [item.post.text for item in report.posts][-1] == "Kom senere"
    assert all(item.picture for item in report.posts)
    assert report.left_out is None


def test_a_page_without_end_is_captured_up_to_the_limit_and_says_so(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page(
        COMMENT.format(text="Først")
        + "<script>addEventListener('scroll', () => { const more = document.createElement('div');"
        "more.style.height = '4000px'; document.body.append(more) })</script>"
        "<div style='height: 3000px'></div>"
    )
    report, files = visit(site, "/", now, settings=settings(scroll_height=20_000))
    assert report.status == "captured"
    assert "goes on beyond" in (report.left_out or "")
    assert {"page-1.png", "page-2.png", "page-3.png"} <= set(files)
