from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.repetition import Threshold, Violation, repetitions

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def violation(
    account: str, post: str, days: float, clause: str = "unlawful", severity: int = 3
) -> Violation:
    return Violation(account, post, clause, NOW - timedelta(days=days), severity)


def test_three_posts_in_the_window_are_repeated_and_told_oldest_first() -> None:
    found = repetitions(
        [violation("a", "3", 1), violation("a", "1", 80), violation("a", "2", 40)], NOW
    )

    (repeated,) = found
    assert [v.post for v in repeated.violations] == ["1", "2", "3"]
    assert (repeated.first, repeated.last) == (NOW - timedelta(days=80), NOW - timedelta(days=1))


def test_a_post_counts_once_however_many_clauses_it_breaks() -> None:
    twice = [violation("a", "1", 1), violation("a", "1", 1, "harasses-named", 5)]

    assert repetitions([*twice, violation("a", "2", 2)], NOW) == ()
    (repeated,) = repetitions([*twice, violation("a", "2", 2), violation("a", "3", 3)], NOW)
    assert {v.post: v.severity for v in repeated.violations} == {"1": 5, "2": 3, "3": 3}


def test_neither_the_old_nor_the_mild_nor_a_may_nor_the_future_counts() -> None:
    given_in = [violation("a", "1", 1), violation("a", "2", 2), violation("a", "3", 91),
                violation("a", "4", 3, "unsuitable"), violation("a", "5", -1),
                violation("a", "6", 3, severity=1)]  # fmt: skip

    assert repetitions(given_in, NOW, Threshold(least_severity=2)) == ()
    assert len(repetitions(given_in, NOW, Threshold(posts=2, least_severity=2))) == 1


@given(
    st.lists(
        st.builds(
            violation,
            st.sampled_from("ab"),
            st.sampled_from("12345"),
            st.floats(-5, 120),
            st.sampled_from(("unlawful", "harasses-named")),
            st.integers(1, 5),
        )
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_violations_are_given_changes_nothing(
    violations: list[Violation], random: object
) -> None:
    shuffled = list(violations)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis' own Random

    assert repetitions(violations, NOW) == repetitions(shuffled, NOW)
