import sys

import pytest

from tests.house.check import Check, closing_line, run_aloud, run_checks, run_quietly

FAILS = Check("fails", (sys.executable, "-c", "print('because'); raise SystemExit(4)"))
PASSES = Check("passes", (sys.executable, "-c", "print('fine')"))
ABSENT = Check("absent", ("./no-such-program",))


def test_every_check_runs_although_the_first_ones_fail(capfd: pytest.CaptureFixture[str]) -> None:
    outcomes = run_checks((ABSENT, FAILS, PASSES))

    assert [(outcome.name, outcome.ok) for outcome in outcomes] == [
        ("absent", False),
        ("fails", False),
        ("passes", True),
    ]
    said = capfd.readouterr().out
    assert "because" in said
    assert "fine" not in said


def test_a_quiet_check_keeps_what_it_said() -> None:
    assert run_quietly(FAILS).said == "because\n"


def test_a_loud_check_is_heard_and_judged_by_its_code(capfd: pytest.CaptureFixture[str]) -> None:
    outcome = run_aloud(FAILS, {})

    assert not outcome.ok
    assert capfd.readouterr().out == "because\n"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("....\n4 passed in 0.21s\n", "4 passed in 0.21s"),
        (
            "=== 1 failed, 3 passed in 61.00s (0:01:01) ===\n",
            "1 failed, 3 passed in 61.00s (0:01:01)",
        ),
        ("we passed the test in time\n", ""),
    ],
)
def test_the_closing_line_is_pytests_own(said: str, line: str) -> None:
    assert closing_line(said) == line
