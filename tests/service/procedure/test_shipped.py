"""What ships is what the guidelines say, in words a municipality would publish."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from service.procedure.model import LANGUAGES, Duty, Origin, Outcome, Step, Unit
from service.procedure.reading import SHIPPED
from service.procedure.texts import event_word, render_text, responsible
from tests.service.procedure.builders import shipped, shipped_tables

everywhere = pytest.mark.parametrize("name", SHIPPED)

SOURCES = re.compile(r"^(ISHOJ|HUST|FO|ESA|AT)-[0-9A-Z.]+$")


def _texts(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every table of the raw file that holds a text."""
    if isinstance(value, dict):
        if set(value) & set(LANGUAGES):
            yield place, value
        for key, inner in value.items():
            yield from _texts(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{place}[{number}]")


@everywhere
def test_it_loads_under_its_own_name(name: str) -> None:
    assert shipped(name).id == name


@everywhere
def test_every_text_stands_in_all_three_languages_and_nothing_else(name: str) -> None:
    texts = list(_texts(shipped_tables(name)))

    assert len(texts) > 100
    for place, text in texts:
        assert set(text) == set(LANGUAGES), place
        assert all(words.strip() == words and words for words in text.values()), place


@everywhere
def test_no_text_calls_the_employee_a_victim_or_the_account_an_offender(name: str) -> None:
    forbidden = {
        "da": r"\b(offer|offeret|ofre|ofrene|gerningsmand\w*|krænkeren?)\b",
        "nb": r"\b(offer|offeret|ofre|ofrene|gjerningsmann\w*|gjerningsperson\w*|krenkeren?)\b",
        "en": r"\b(victims?|offenders?|perpetrators?)\b",
    }
    for place, text in _texts(shipped_tables(name)):
        for language, words in forbidden.items():
            assert not re.search(words, text[language], re.IGNORECASE), (place, text[language])


@everywhere
def test_bokmaal_is_not_danish_left_standing(name: str) -> None:
    danish = r"\b(medarbejder\w*|opslag\w*|sagen|jeres|hvad|efter|uge|af|blev)\b"
    for place, text in _texts(shipped_tables(name)):
        assert not re.search(danish, text["nb"], re.IGNORECASE), (place, text["nb"])


@everywhere
def test_what_to_do_is_short_and_plain(name: str) -> None:
    for step in shipped(name).all_steps:
        for language in LANGUAGES:
            text = render_text(step, language)
            assert len(text.do) <= 260, (step.id, language)
            assert max(len(one.split()) for one in re.split(r"[.:?]\s", text.do)) <= 28, step.id
            assert len(text.title) <= 60, (step.id, language)


@everywhere
def test_every_step_says_who_and_by_when_and_where_that_comes_from(name: str) -> None:
    procedure = shipped(name)
    for step in procedure.all_steps:
        assert SOURCES.match(step.source), step.id
        assert all(responsible(procedure, step, language) for language in LANGUAGES)
        assert step.deadlines, step.id
        for period in step.deadlines:
            assert period.citation or period.origin is Origin.SUGGESTION, step.id
            for start in period.starts:
                assert event_word(procedure, start, "da"), start


@everywhere
def test_waiving_is_always_open_to_a_person_with_a_reason(name: str) -> None:
    for step in shipped(name).all_steps:
        assert Outcome.WAIVED in step.endings, step.id
        assert (Outcome.NOT_RELEVANT in step.endings) is (
            step.duty in {Duty.CONDITIONAL, Duty.OPTIONAL} or step.id == "12.8-held"
        ), step.id


def test_the_default_is_ishoejs_twelve_steps() -> None:
    assert SHIPPED[0] == "ishoej"
    assert [step.id for step in shipped().steps] == [f"12.{n}" for n in range(1, 13)]
    assert [step.source for step in shipped().steps] == [f"ISHOJ-12.{n}" for n in range(1, 13)]


@pytest.mark.parametrize(
    ("step_id", "duty", "roles", "requires"),
    [
        ("12.1", "mandatory", {"employee"}, set()),
        ("12.2", "mandatory", {"employee", "archivist"}, set()),
        ("12.3", "mandatory", {"leader", "page_team"}, {"12.2"}),
        ("12.4", "mandatory", {"leader", "it"}, set()),
        ("12.5", "mandatory", {"leader", "key_person"}, set()),
        ("12.6", "mandatory", {"leader"}, set()),
        ("12.7", "expected", {"leader"}, set()),
        ("12.8", "optional", {"leader"}, {"12.8-held"}),
        ("12.9", "conditional", {"leader", "secretary", "director", "mayor"}, {"12.9-decide"}),
        ("12.10", "mandatory", {"leader", "safety_representative"}, set()),
        ("12.11", "mandatory", {"leader"}, {"12.5", "12.11-week", "12.11-month"}),
        ("12.12", "mandatory", {"leader", "work_environment_group"}, {"12.11"}),
    ],
)
def test_each_step_has_the_duty_the_roles_and_the_order_of_the_guideline(
    step_id: str, duty: str, roles: set[str], requires: set[str]
) -> None:
    step = _step(step_id)

    assert (step.duty, set(step.responsible), set(step.requires)) == (duty, roles, requires)


@pytest.mark.parametrize(
    ("step_id", "amount", "unit", "origin"),
    [
        ("12.1", 4, Unit.WORKING_HOURS, Origin.SUGGESTION),
        ("12.2", 1, Unit.HOURS, Origin.SUGGESTION),
        ("12.3", 4, Unit.WORKING_HOURS, Origin.SUGGESTION),
        ("12.4", 2, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.5", 0, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.5-debrief", 1, Unit.WORKING_DAYS, Origin.SOURCE),
        ("12.6", 1, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.6-safety", 1, Unit.WORKING_DAYS, Origin.SOURCE),
        ("12.7", 3, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.8", 5, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.8-held", 15, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.9-decide", 24, Unit.HOURS, Origin.SUGGESTION),
        ("12.9", 72, Unit.HOURS, Origin.LAW),
        ("12.10", 5, Unit.WORKING_DAYS, Origin.SUGGESTION),
        ("12.11-week", 7, Unit.DAYS, Origin.SOURCE),
        ("12.11-month", 1, Unit.MONTHS, Origin.SOURCE),
        ("12.12", 45, Unit.DAYS, Origin.SUGGESTION),
    ],
)
def test_each_deadline_is_the_guideline_s_and_says_so(
    step_id: str, amount: int, unit: Unit, origin: Origin
) -> None:
    first = _step(step_id).deadlines[0]

    assert (first.amount, first.unit, first.origin) == (amount, unit, origin)


@pytest.mark.parametrize(
    ("clock_id", "amount", "unit", "start", "origin"),
    [
        ("police", 72, Unit.HOURS, "incident", Origin.LAW),
        ("easy-absence", 14, Unit.DAYS, "absence", Origin.LAW),
        ("easy-compensation", 14, Unit.DAYS, "incident", Origin.LAW),
        ("private-prosecution", 6, Unit.MONTHS, "knowledge", Origin.LAW),
        ("data-breach", 72, Unit.HOURS, "breach_known", Origin.LAW),
        ("platform-complaint", 6, Unit.MONTHS, "platform_decision", Origin.LAW),
        ("rights-request", 1, Unit.MONTHS, "request_received", Origin.LAW),
        ("talk-week", 7, Unit.DAYS, "incident", Origin.SOURCE),
        ("talk-month", 1, Unit.MONTHS, "incident", Origin.SOURCE),
    ],
)
def test_each_clock_has_its_own_length_start_and_origin(
    clock_id: str, amount: int, unit: Unit, start: str, origin: Origin
) -> None:
    period = next(clock.period for clock in shipped().clocks if clock.id == clock_id)

    assert (period.amount, period.unit, period.starts[0]) == (amount, unit, start)
    assert (period.origin, bool(period.citation)) == (origin, True)


def test_only_management_ever_talks_to_the_citizen_and_never_the_employee_concerned() -> None:
    for step_id in ("12.3", "12.4", "12.7", "12.8", "12.8-held", "12.9"):
        assert _step(step_id).not_by_employee, step_id
    assert shipped("fo_home_office").find("f.5") is not None
    assert _step("f.5", "fo_home_office").not_by_employee


def test_an_especially_serious_case_opens_exactly_the_source_s_duties() -> None:
    opened = {part.id for part in shipped().all_steps if "serious" in part.when}

    assert opened == {"12.5-debrief", "12.6-direction"}


def _step(step_id: str, name: str = "ishoej") -> Step:
    step = shipped(name).find(step_id)
    assert step is not None
    return step
