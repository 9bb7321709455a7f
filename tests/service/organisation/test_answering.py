"""Who answers for somebody who is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.organisation.answering import Answers, Away, StandsIn, who_answers

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
A, B, C, D = (UUID(int=number) for number in range(1, 5))


def stands_in(person: UUID, deputy: UUID) -> StandsIn:
    return StandsIn(person, deputy, NOW - DAY)


def test_whoever_is_here_answers_themselves_whatever_deputy_they_have() -> None:
    assert who_answers(A, NOW, [Away(B, NOW)], [stands_in(A, B)]) == Answers(A)


def test_an_absence_holds_from_its_first_moment_until_its_last() -> None:
    away = [Away(A, NOW, NOW + DAY)]
    deputies = [stands_in(A, B)]

    assert who_answers(A, NOW - DAY / 24, away, deputies).person_id == A
    assert who_answers(A, NOW, away, deputies) == Answers(B, (A,))
    assert who_answers(A, NOW + DAY, away, deputies).person_id == A


def test_a_deputy_who_is_away_or_has_left_passes_it_on() -> None:
    away = [Away(A, NOW), Away(B, NOW - DAY)]
    deputies = [stands_in(A, B), stands_in(A, C), stands_in(B, D)]

    assert who_answers(A, NOW, away, deputies) == Answers(C, (A, B))
    assert who_answers(A, NOW, away, deputies, left={C}) == Answers(D, (A, B, C))


def test_deputies_in_a_circle_end_with_nobody() -> None:
    away = [Away(one, NOW) for one in (A, B, C)]
    deputies = [stands_in(A, B), stands_in(B, C), stands_in(C, A)]

    assert who_answers(A, NOW, away, deputies) == Answers(None, (A, B, C))


def test_a_deputyship_that_is_over_counts_no_more() -> None:
    over = StandsIn(A, B, NOW - 3 * DAY, NOW - DAY)

    assert who_answers(A, NOW, [Away(A, NOW)], [over]) == Answers(None, (A,))
