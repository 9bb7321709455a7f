"""Hand-made pages in a real browser: every post, its facts and its own picture."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from tests.capture.site import Answer, Site
from tests.capture.visiting import Now, document, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def posts_of(site: Site, name: str, now: Now) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    site.answers["/side"] = Answer.file(name)
    report, files = visit(site, "/side", now)
    assert (report.status, report.reason) == ("captured", None)
    posts = document(files, "posts.json")
    for post in posts:
        assert post["text_sha256"] == hashlib.sha256(post["text"].encode()).hexdigest()
        if post["picture"] is not None:
            png = files[post["picture"]]
            assert post["picture_sha256"] == hashlib.sha256(png).hexdigest()
            assert Image.open(io.BytesIO(png)).format == "PNG"
    ids = [post["id"] for post in posts]
    assert len(set(ids)) == len(ids)
    return posts, files


def by_text(posts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {post["text"]: post for post in posts}


def test_an_aria_feed_with_obfuscated_classes(site: Site, now: Now) -> None:
    posts, files = posts_of(site, "aria.html", now)
    assert [post["author"] for post in posts] == [
        "Mette Holm",
        "Jens Å. Bækgaard",
        "Borger 42",
        "Mette Holm",
    ]
    first, reply, threat, script = posts
    assert first["text"] == "Endelig! Det har vi ventet på i årevis 🎉"
    assert first["time"] == "2026-11-20T12:03:00+01:00"
    assert first["time_stated"] == "2 t."
    assert first["permalink"] == site.url("/opslag/7?comment_id=11")
    assert first["author_url"] == site.url("/profil/mette.holm")
    assert reply["parent"] == first["id"]
    assert reply["text"] == "Enig\n– og tak til forvaltningen."
    assert threat["text"].endswith("Jeg ved, hvor hun bor.")
    assert threat["parent"] is None
    assert script["text"] == "<script>alert('her')</script> <b>fed</b> skrift"
    assert document(files)["left_out"] == "4 of about 6 posts read"
    sizes = [Image.open(io.BytesIO(files[post["picture"]])).size for post in posts]
    assert sizes[0][1] < 110  # the reply beneath it begins after 97 pixels
    assert sizes[1][0] < sizes[0][0]
    assert Image.open(io.BytesIO(files["page.png"])).size[0] == 1280


def test_microdata_with_nested_replies(site: Site, now: Now) -> None:
    posts, _ = posts_of(site, "microdata.html", now)
    thread, first, reply, last = posts
    assert thread["author"] == "Karen Blom"
    assert thread["author_url"] == site.url("/bruger/1")
    assert thread["text"] == "Hvad mener I om forslaget?\nJeg er i tvivl."
    assert (first["text"], first["parent"]) == ("Luk den bare.", thread["id"])
    assert first["time"] == "2026-10-05T09:00:00+02:00"
    assert first["permalink"] == site.url("/side#c101")
    assert (reply["author"], reply["parent"]) == ("Karen Blom", first["id"])
    assert reply["time"] == "2026-10-05T07:30:00+00:00"
    assert (last["author"], last["time"], last["permalink"]) == ("Anonym", None, None)
    assert last["text"] == "مرحبا بكم — שלום 👍🏽"


def test_json_ld_is_joined_with_the_boxes_of_plain_elements(site: Site, now: Now) -> None:
    posts, files = posts_of(site, "jsonld.html", now)
    first, reply, again, folded = posts
    assert (first["author"], first["author_url"]) == ("Ole Lund", site.url("/p/ole"))
    assert first["permalink"] == site.url("/artikel/5#k1")
    assert (reply["author"], reply["parent"]) == ("Ida Friis", first["id"])
    assert reply["text"] == "Det er jeg ikke enig i."
    assert (again["text"], again["time"], again["time_stated"]) == (
        first["text"],
        None,
        "2026-11-19",
    )
    assert folded["picture"] is None
    assert folded["time"] == "2026-11-19T21:00:00+01:00"
    assert first["picture"] != again["picture"]
    assert document(files)["posts_stated"] == 12


def test_a_thread_of_list_items_and_microformats(site: Site, now: Now) -> None:
    posts, files = posts_of(site, "wordpress.html", now)
    texts = by_text(posts)
    assert list(texts) == ["Jeg kommer.\nSe programmet.", "Også mig", "112"]
    anna = texts["Jeg kommer.\nSe programmet."]
    assert (anna["author"], anna["author_url"]) == ("Anna Jensen", "https://anna.example/")
    assert texts["Også mig"]["parent"] == anna["id"]
    assert texts["112"]["parent"] is None
    assert anna["permalink"] == site.url("/borgermoede/#comment-1")
    assert document(files)["left_out"] is None


def test_plain_articles_are_posts_when_someone_wrote_them_at_some_time(
    site: Site, now: Now
) -> None:
    posts, _ = posts_of(site, "plain_articles.html", now)
    tove, kaj = posts
    assert (tove["author"], tove["time"], tove["time_stated"]) == ("Tove", None, "3/11")
    assert (kaj["author"], kaj["text"]) == ("Kaj", "Med fed skrift & mere.")
    assert kaj["time"] == "2026-11-03T12:00:00+01:00"


def test_the_habits_of_several_sites(site: Site, now: Now) -> None:
    posts, _ = posts_of(site, "habits.html", now)
    names = {post["id"]: post["author"] for post in posts}
    read = [(p["author"], p["text"], names.get(p["parent"]), p["time_stated"]) for p in posts]
    assert read == [
        ("Strandby Kommune", "I dag åbner vi den nye cykelsti.\nKom og vær med!", None, "3 d."),
        ("Per Hansen", "Skandale! Lise Winther burde fyres.", "Strandby Kommune", "2 d."),
        ("Ulla", "Skam dig 😡", "Per Hansen", "1 d."),
        ("Ib", "😡😡", "Strandby Kommune", "1 u."),
        ("Ane Holm", "Jeg elsker #bibliotek\nTak!", None, "3t"),
        ("Eva", "En note.", None, "20. nov."),
        ("Bo", "Godt sagt", "Eva", "kl. 10"),
        ("Jo Ravn", "Byrådet mødes\nBrødtekst et.\nBrødtekst to.", None, "20. november 2026"),
        ("Signe", "Spændende.", None, "12.00"),
        ("Troels L.", "Nej.", "Signe", "12.30"),
        ("Ea", "Skyggeord", None, "2 t"),
    ]
    by_author = {post["author"]: post for post in posts}
    platform = "https://platform.example/strandby/posts/pfbid0abc"
    assert by_author["Strandby Kommune"]["permalink"] == platform
    assert by_author["Ulla"]["permalink"] == f"{platform}?comment_id=1&reply_comment_id=2"
    assert by_author["Eva"]["author_url"] == "https://eva.example/"
    assert by_author["Eva"]["permalink"] == site.url("/n/1")
    assert by_author["Ane Holm"]["permalink"] == site.url("/@ane/111")
    assert all(post["picture"] for post in posts)
