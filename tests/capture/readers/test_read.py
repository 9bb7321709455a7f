from __future__ import annotations

from dataclasses import replace

from capture.readers.json_ld import StructuredPost
from capture.readers.posts import Box
from capture.readers.read import read_posts
from tests.capture.readers.candidates import EMPTY, PAGE, comment, link, page, prop, run

STATED = StructuredPost("Comment", None, "", None, None, None, None, None, None)


def test_a_reply_answers_the_nearest_candidate_that_is_a_post() -> None:
    wrapper = replace(EMPTY, parent=0)
    posts = read_posts(
        page(comment("Anna", "Først"), wrapper, comment("Bo", "Svar til", parent=1)), []
    ).posts
    assert [post.text for post in posts] == ["Først", "Svar til"]
    assert posts[1].parent == posts[0].id


def test_a_post_ends_where_its_first_reply_begins() -> None:
    posts = read_posts(
        page(
            comment("Anna", "Først", y=0, height=300),
            comment("Bo", "Svar", parent=0, y=90.5, height=100),
            comment("Ib", "Svar igen", parent=0, y=195, height=100),
        ),
        [],
    ).posts
    assert posts[0].box == Box(10, 0, 600, 90.5)
    assert posts[1].box == Box(10, 90.5, 600, 100)


def test_a_deeper_level_answers_the_shallower_one_before_it() -> None:
    levels = [("Anna", 1), ("Bo", 2), ("Ib", 2), ("Liv", 1), ("Eva", 3)]
    candidates = [replace(comment(who, f"{who} skrev"), level=level) for who, level in levels]
    posts = {post.author: post for post in read_posts(page(*candidates), []).posts}
    assert posts["Bo"].parent == posts["Anna"].id
    assert posts["Ib"].parent == posts["Anna"].id
    assert posts["Liv"].parent is None
    assert posts["Eva"].parent == posts["Liv"].id


def test_the_same_words_from_one_person_twice_are_two_posts() -> None:
    posts = read_posts(page(comment("Anna", "Enig"), comment("Anna", "Enig")), []).posts
    assert len({post.id for post in posts}) == 2


def test_a_post_keeps_its_id_when_its_words_change_but_not_its_address() -> None:
    def read(text: str) -> str:
        candidate = replace(comment("Anna", text), properties=(prop("url", f"{PAGE}#c1", None),))
        return read_posts(page(candidate), []).posts[0].id

    assert read("Før") == read("Efter")


def test_an_address_that_several_posts_share_is_no_identity() -> None:
    shared = (prop("url", "https://kommune.example/traad", None),)
    posts = read_posts(
        page(
            replace(comment("Anna", "En"), properties=shared),
            replace(comment("Bo", "To"), properties=shared),
        ),
        [],
    ).posts
    assert len({post.id for post in posts}) == 2


def test_an_advert_among_the_posts_is_not_one_of_them() -> None:
    advert = replace(
        comment("Sofahuset", "Køb en sofa"), times=(), label="Sponsoreret", in_feed=True
    )
    posts = read_posts(page(comment("Anna", "Hej"), advert), []).posts
    assert [post.author for post in posts] == ["Anna"]


def test_an_article_that_nobody_wrote_at_no_time_is_no_post() -> None:
    teaser = replace(EMPTY, runs=(run(1, "Læs om vores nye bibliotek", "paragraph"),))
    assert read_posts(page(teaser), []).posts == ()


def test_a_signed_article_that_is_to_be_read_elsewhere_is_no_post() -> None:
    elsewhere = "https://kommune.example/nyt/9"
    signed = replace(
        comment("Anna Holm", "Kommunen bygger en ny cykelsti."),
        links=(link(elsewhere, "Ny cykelsti"), link(elsewhere, "Læs mere")),
        runs=(
            run(1, "Ny cykelsti", "heading link", link=0),
            run(2, "Anna Holm", "author"),
            run(3, "Kommunen bygger en ny cykelsti.", "paragraph"),
            run(4, "Læs mere", "link", link=1),
        ),
    )
    assert read_posts(page(signed), []).posts == ()
    [post] = read_posts(page(replace(signed, runs=signed.runs[:3])), []).posts
    assert post.author == "Anna Holm"


def test_what_json_ld_states_fills_what_the_page_does_not_show() -> None:
    shown = replace(
        EMPTY,
        kinds=frozenset({"json-ld"}),
        structured=0,
        runs=(run(1, "Anna Holm"), run(2, "Det er ikke i orden.")),
    )
    stated = replace(
        STATED,
        text="Det er <i>ikke</i> i orden.",
        author="Anna Holm",
        time="2026-11-20T10:00:00+01:00",
        address=f"{PAGE}#k1",
    )
    [post] = read_posts(page(shown), [stated]).posts
    assert (post.author, post.text) == ("Anna Holm", "Det er ikke i orden.")
    assert (post.permalink, post.time) == (f"{PAGE}#k1", "2026-11-20T10:00:00+01:00")


def test_json_ld_does_not_overrule_the_name_that_is_shown() -> None:
    stated = replace(STATED, text="Det er ikke i orden.", author="En Anden")
    [post] = read_posts(page(comment("Anna Holm", "Det er ikke i orden.")), [stated]).posts
    assert post.author == "Anna Holm"


def test_json_ld_joins_a_post_whose_text_it_cuts_off() -> None:
    long = "Jeg har boet her i tredive år, og det er aldrig før sket, at vi ikke blev spurgt."
    stated = replace(STATED, text=long[:50] + "…", author="Anna", time="2026-11-20T10:00:00+01:00")
    [post] = read_posts(page(replace(comment("Anna", long), times=())), [stated]).posts
    assert (post.text, post.time) == (long, "2026-11-20T10:00:00+01:00")


def test_a_comment_that_is_stated_but_not_shown_is_read_without_a_box() -> None:
    stated = [
        replace(STATED, text="Det her står der.", author="Anna"),
        replace(STATED, text="Det her er foldet sammen.", author="Bo", parent=0),
    ]
    first, folded = read_posts(page(comment("Anna", "Det her står der.")), stated).posts
    assert folded.box is None
    assert (folded.author, folded.parent) == ("Bo", first.id)


def test_a_ring_of_answers_is_broken() -> None:
    stated = [
        replace(STATED, text="Den første kommentar.", parent=1),
        replace(STATED, text="Den anden kommentar.", parent=0),
    ]
    posts = read_posts(page(), stated).posts
    assert sum(post.parent is None for post in posts) == 1


def test_how_many_there_are_is_what_the_page_says() -> None:
    one = comment("Anna", "Hej")
    assert read_posts(page(one, counts=["Viser 12 af 134 kommentarer"]), []).stated == 134
    assert read_posts(page(one, counts=["1.204 kommentarer"]), []).stated == 1204
    assert read_posts(page(replace(one, size=40)), []).stated == 40
    assert read_posts(page(one, counts=["Siden 1998"]), []).stated is None
    assert read_posts(page(one), [replace(STATED, text="Hej", comment_count=7)]).stated == 7


def test_a_link_in_the_text_is_not_the_posts_address() -> None:
    candidate = replace(
        comment("Anna", "Se her"),
        links=(
            link("https://kommune.example/Anna", "Anna"),
            link("https://avis.example/1", "i går", marks="link paragraph"),
        ),
    )
    [post] = read_posts(page(candidate), []).posts
    assert post.permalink is None
