"""Groups of blocks, judged and given back, as `shapes.js` would have found them."""

from __future__ import annotations

from dataclasses import replace

from capture.readers.facts import Candidate, Shape
from capture.readers.posts import Box
from capture.readers.read import read_posts
from capture.readers.recurring import given_back
from tests.capture.readers.candidates import EMPTY, comment, link, page, run

SHAPE = Shape(
    group=0,
    kind="time",
    hint="comment | comments | ",
    around=("div", "section", "main", "body"),
    heading="Kommentarer",
    author="",
    is_wrapped=False,
    has_avatar=False,
    inset=10.0,
    labels=(),
    ids=frozenset(),
)


def block(author: str, stated: str, text: str, *, y: float = 10, shape: Shape = SHAPE) -> Candidate:
    first = int(y)
    return replace(
        EMPTY,
        kinds=frozenset({"shape"}),
        box=Box(10, y, 600, 90),
        shape=shape,
        runs=(
            replace(run(first, author, "named"), path=">b"),
            replace(run(first, stated), path=">i"),
            replace(run(first + 1, text), path=">div:2"),
        ),
    )


def test_blocks_alike_are_posts_where_people_speak_in_them() -> None:
    read = read_posts(
        page(
            block("Ole", "i går kl. 14.03", "Du er en idiot."),
            block("Mette Sø", "2 t.", "Hold nu op, begge to, og tal pænt.", y=110),
        ),
        [],
    )
    assert [(post.author, post.text, post.time_stated) for post in read.posts] == [
        ("Ole", "Du er en idiot.", "i går kl. 14.03"),
        ("Mette Sø", "Hold nu op, begge to, og tal pænt.", "2 t."),
    ]
    assert (read.by_shape, read.unsure) == (2, 0)


def test_a_greeting_is_no_part_of_the_name() -> None:
    read = read_posts(
        page(
            block("Hilsen Ole Hansen", "i går kl. 14.03", "Du er en idiot."),
            block("De bedste hilsner fra Mette Sø", "2 t.", "Hold nu op, begge to.", y=110),
            block("Mvh. Ib Krog", "3 t.", "Tal pænt til hinanden.", y=210),
        ),
        [],
    )
    assert [post.author for post in read.posts] == ["Ole Hansen", "Mette Sø", "Ib Krog"]


def test_teasers_are_none_though_they_name_who_wrote_and_when() -> None:
    elsewhere = link("https://kommune.example/andet", "Ny sti åbner")
    shape = replace(SHAPE, hint="teaser | list | ", heading="Læs også")
    teasers = tuple(
        replace(
            teaser,
            links=(elsewhere,),
            runs=(
                run(teaser.runs[0].block - 1, "Ny sti åbner", "heading link", link=0),
                *teaser.runs,
            ),
        )
        for teaser in (
            block("Ole Hansen", "3. november 2026", "Kort om stien.", y=10, shape=shape),
            block("Ib Krog", "4. november 2026", "Kort om broen, som lukker.", y=110, shape=shape),
        )
    )
    assert read_posts(page(*teasers), []).posts == ()


def test_a_group_just_above_the_bar_is_read_and_called_unsure() -> None:
    bare = replace(SHAPE, hint=" | | ", heading="", around=("div", "body"))
    read = read_posts(
        page(
            *(
                replace(one, runs=tuple(replace(r, marks=frozenset()) for r in one.runs))
                for one in (
                    block("Ole Hansen", "3. november 2026", "Ja.", shape=bare),
                    block("Ib Krog", "3. november 2026", "Det mener jeg ikke.", y=110, shape=bare),
                    block("Eva Ravn", "4. november 2026", "Nå.", y=210, shape=bare),
                )
            )
        ),
        [],
    )
    assert read.by_shape == read.unsure == 3


def test_the_words_of_a_block_that_is_no_post_are_those_of_the_post_around_it() -> None:
    outer = comment("Ole", "Før.", y=10)
    inner = replace(block("3. november", "i dag", "Midt i.", y=4), within=0, parent=0)
    inner = replace(inner, links=(link("https://a.example/", "her"),))
    whole, places = given_back(page(outer, inner), ())
    assert places == {0: 0}
    merged = whole.candidates[0]
    assert [one.text for one in merged.runs if one.block in (4, 5)] == [
        "3. november",
        "i dag",
        "Midt i.",
    ]
    assert merged.links[-1].text == "her"
    assert [one.block for one in merged.runs] == sorted(one.block for one in merged.runs)


def test_what_is_a_post_by_meaning_is_not_read_a_second_time_by_its_shape() -> None:
    around = [
        replace(block("", "", "", y=10 + 200 * nth), runs=(), box=Box(10, 10 + 200 * nth, 600, 120))
        for nth in range(2)
    ]
    first = replace(comment("Ole", "Ja.", y=20), parent=0)
    second = replace(comment("Ib", "Nej.", y=220), parent=2)
    read = read_posts(page(around[0], first, around[1], second), [])
    assert [post.author for post in read.posts] == ["Ole", "Ib"]
    assert read.by_shape == 0
