from pathlib import Path

import pytest

from tests.house.manners import breaches, faults


@pytest.mark.parametrize(
    "line",
    [
        "x = run()  # noqa: S603",
        "x = run()  # noqa",
        "x = run()  # type: ignore[attr-defined]",
        "x = run()  # TO" + "DO: later",
        "x = run()  # noqa: S603 – why",
    ],
)
def test_a_silenced_check_or_work_left_is_a_breach(line: str) -> None:
    assert [number for number, _ in breaches(f"{line}\n")] == [1]


@pytest.mark.parametrize(
    "source",
    [
        "x = run()  # noqa: S603 – a fixed command\n",
        "x = run()  # type: ignore[attr-defined]  # the stub lacks it\n",
        "# The stub lacks the attribute.\nx = run()  # type: ignore[attr-defined]\n",
        "x = '# noqa: S603 in a string'\n",
    ],
)
def test_a_reason_on_the_line_or_above_is_enough(source: str) -> None:
    assert list(breaches(source)) == []


def test_a_remark_behind_other_code_is_no_reason_for_the_next_line() -> None:
    source = "y = 1  # a quite different matter\nx = run()  # noqa: S603\n"

    assert [number for number, _ in breaches(source)] == [2]


def test_shapeless_names_are_refused(tmp_path: Path) -> None:
    for name in ("archive/utils.py", "service/service.py", "service/letters.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")

    assert [line.partition(":")[0] for line in faults(tmp_path)] == [
        "service/service.py",
        "archive/utils.py",
    ]
