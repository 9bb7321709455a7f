from __future__ import annotations

from dataclasses import replace

import pytest

from capture.readers.drafts import read_draft
from tests.capture.readers.candidates import EMPTY, PAGE, comment, link, prop, run, time


def test_what_can_be_pressed_is_not_text() -> None:
    candidate = replace(
        EMPTY,
        links=(link("/anna", "Anna"),),
        times=(time("2026-11-20T10:00:00+01:00"),),
        runs=(
            run(1, "Anna", "link", link=0),
            run(2, "Hej alle sammen."),
            run(3, "Svar", "link"),
            run(3, " · "),
            run(3, "Del", "link"),
            run(3, " · "),
            run(3, "Synes godt om (3)", "button"),
        ),
    )
    assert read_draft(candidate, PAGE).text == "Hej alle sammen."


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Kommentar fra Anna Jensen for 2 timer siden", "Anna Jensen"),
        ("Svar fra Bo Å. Bæk til Anna Jensens kommentar i går", "Bo Å. Bæk"),
        ("Comment by Mary Ann Smith 2 hours ago", "Mary Ann Smith"),
        ("Kommentar fra Ida, 3. november", "Ida"),
        ("Innlegg fra Kari Nordmann kl. 14.03", "Kari Nordmann"),
        ("Anna Jensens kommentar", "Anna Jensen"),
    ],
)
def test_the_name_is_read_from_the_label(label: str, name: str) -> None:
    candidate = replace(EMPTY, label=label, runs=(run(1, "Bare tekst.", "paragraph"),))
    draft = read_draft(candidate, PAGE)
    assert (draft.author, draft.text) == (name, "Bare tekst.")


def test_a_number_in_a_name_is_part_of_it_when_it_is_shown() -> None:
    candidate = replace(comment("Borger 42", "Hej"), label="Kommentar fra Borger 42 i går")
    assert read_draft(candidate, PAGE).author == "Borger 42"


def test_microdata_says_who_what_and_when() -> None:
    candidate = replace(
        EMPTY,
        properties=(
            prop("author", "Anna", "https://kommune.example/anna"),
            prop("author.name", "Anna Holm"),
            prop("dateCreated", "2026-10-05T09:00:00+02:00"),
            prop("url", "#c1", f"{PAGE}#c1"),
        ),
        runs=(run(1, "Overskrift", "heading"), run(2, "Selve ordene", "", "text")),
    )
    draft = read_draft(candidate, PAGE)
    assert (draft.author, draft.author_url) == ("Anna Holm", "https://kommune.example/anna")
    assert (draft.text, draft.time) == ("Selve ordene", "2026-10-05T09:00:00+02:00")
    assert draft.permalink == f"{PAGE}#c1"


def test_the_page_itself_is_not_the_address_of_a_post() -> None:
    candidate = replace(comment("Anna", "Hej"), properties=(prop("url", PAGE, PAGE),))
    assert read_draft(candidate, PAGE).permalink is None


def test_the_time_leads_to_the_post() -> None:
    candidate = replace(comment("Anna", "Hej"), links=(link(f"{PAGE}?c=1", "2 t.", is_time=True),))
    assert read_draft(candidate, PAGE).permalink == f"{PAGE}?c=1"


def test_a_time_only_in_words_is_kept_as_words() -> None:
    candidate = replace(
        EMPTY,
        links=(link("/anna", "Anna"), link(f"{PAGE}?c=1", "i går kl. 14.03")),
        runs=(
            run(1, "Anna", "link", link=0),
            run(2, "Hej igen"),
            run(3, "i går kl. 14.03", "link", link=1),
        ),
    )
    draft = read_draft(candidate, PAGE)
    assert (draft.author, draft.text) == ("Anna", "Hej igen")
    assert (draft.time, draft.time_stated) == (None, "i går kl. 14.03")
    assert draft.permalink == f"{PAGE}?c=1"


def test_when_it_was_changed_is_not_when_it_was_written() -> None:
    candidate = replace(
        comment("Anna", "Hej"),
        times=(
            time("2026-11-21T10:00:00Z", "rettet i dag", prop="dateModified"),
            time("2026-11-20T10:00:00Z", "i går", prop="dateCreated"),
        ),
    )
    draft = read_draft(candidate, PAGE)
    assert (draft.time, draft.time_stated) == ("2026-11-20T10:00:00+00:00", "i går")


def test_a_short_text_is_not_taken_for_a_name() -> None:
    candidate = replace(EMPTY, in_feed=True, runs=(run(1, "Fy for skam"),))
    draft = read_draft(candidate, PAGE)
    assert (draft.author, draft.text) == (None, "Fy for skam")


def test_a_number_alone_is_text_in_a_paragraph_and_a_count_elsewhere() -> None:
    candidate = comment("Anna", "112")
    candidate = replace(candidate, runs=(*candidate.runs, run(4, "17")))
    assert read_draft(candidate, PAGE).text == "112"


def test_a_title_is_not_an_author() -> None:
    candidate = replace(
        EMPTY, runs=(run(1, "Borgermøde på torsdag", "heading header"), run(2, "Kom.", "paragraph"))
    )
    assert read_draft(candidate, PAGE).author is None


def test_a_paragraph_is_text_even_when_it_reads_like_a_button_or_a_time() -> None:
    candidate = comment("Anna", "Slet")
    candidate = replace(
        candidate, runs=(*candidate.runs, run(5, "i går", "paragraph"), run(6, "Forfatter"))
    )
    assert read_draft(candidate, PAGE).text == "Slet\ni går"


def test_a_time_within_a_sentence_belongs_to_it() -> None:
    candidate = comment("Anna", "Mødet er ")
    candidate = replace(candidate, runs=(*candidate.runs[:2], run(2, "kl. 19", "paragraph time")))
    assert read_draft(candidate, PAGE).text == "Mødet er kl. 19"


def test_what_would_leave_nothing_is_taken_back() -> None:
    candidate = replace(comment("Anna", ""), runs=(run(1, "Anna", "link", link=0), run(2, "Slet")))
    assert read_draft(candidate, PAGE).text == "Slet"


def test_a_byline_is_not_text() -> None:
    candidate = replace(
        EMPTY,
        links=(link("/jo", "Jo Ravn"),),
        times=(time("2026-11-20T10:00:00Z", "i går"),),
        runs=(
            run(1, "Af ", "paragraph"),
            run(1, "Jo Ravn", "author link paragraph", link=0),
            run(1, " den ", "paragraph"),
            run(1, "20. november", "paragraph time"),
            run(2, "Brødtekst.", "paragraph"),
        ),
    )
    draft = read_draft(candidate, PAGE)
    assert (draft.author, draft.text) == ("Jo Ravn", "Brødtekst.")


def test_a_badge_beside_the_name_is_not_text() -> None:
    candidate = replace(
        comment("Anna", "Skam dig"),
        runs=(run(1, "Anna", "link", link=0), run(2, "Topfan"), run(3, "Skam dig 😡")),
    )
    assert read_draft(candidate, PAGE).text == "Skam dig 😡"
