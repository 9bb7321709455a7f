"""`vaern moderation`, in this process: rules tried and evaluated on files, and on what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.command_line.moderating import moderation

RULE = """
[[signal]]
id = "pond"
[[signal.group]]
source = "made up"
terms = ["andedam"]
[[rule]]
id = "irrelevant.pond"
clause = "irrelevant"
version = 1
state = "live"
when = "pond"
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(moderation, [str(argument) for argument in arguments])


def posts(folder: Path, count: int) -> Path:
    path = folder / "posts.jsonl"
    texts = ("Sikke en andedam", "Jeg slår dig ihjel", "Tak for hjælpen")
    path.write_text(
        "".join(
            json.dumps({"id": n, "text": texts[n % 3], "clauses": []}) + "\n" for n in range(count)
        )
    )
    return path


@pytest.mark.parametrize("count", [30, 2_100])
def test_rules_are_tried_on_a_file_in_one_piece_or_on_every_core(
    tmp_path: Path, count: int
) -> None:
    (tmp_path / "new.toml").write_text(RULE)

    done = run("backtest", posts(tmp_path, count), "--rules", tmp_path / "new.toml")

    told = json.loads(done.stdout)
    rules = {rule["rule"]: rule for rule in told["rules"]}
    assert (done.exit_code, told["posts"]) == (0, count)
    pond = rules["irrelevant.pond"]
    assert (pond["hits"], pond["newly_hit"], pond["precision"]) == (count // 3, count // 3, 0.0)
    assert rules["unlawful.threat"]["hits"] == count // 3
    assert rules["unlawful.threat"]["newly_hit"] == 0


def test_what_is_learned_can_be_kept_and_used(tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.tsv"
    rows = [("OFF", "din nar nummer"), ("NOT", "tak for hjælpen nummer")]
    labelled.write_text(
        "tweet\tsubtask_a\n"
        + "".join(f"{text} {n}\t{label}\n" for n in range(40) for label, text in rows)
    )

    done = run("evaluate", labelled, "--folds", 2, "--keep", tmp_path / "kept.jsonl")

    told = json.loads(done.stdout)
    assert (done.exit_code, told["rows"], told["positives"], told["folds"]) == (0, 80, 40, 2)
    assert told["learned"]["macro_f1"] == 1.0
    assert told["posts_per_second"] > 0
    judged = run("judge", posts(tmp_path, 3), "--learned", tmp_path / "kept.jsonl")
    assert len(judged.stdout.splitlines()) == 3


@pytest.mark.parametrize("command", ["backtest", "evaluate"])
def test_a_file_that_cannot_be_understood_is_a_usage_error(tmp_path: Path, command: str) -> None:
    (tmp_path / "odd").write_text("nonsense\n")

    done = run(command, tmp_path / "odd")

    assert done.exit_code == 2
    assert "line 1" in done.stderr


def test_the_posts_that_are_kept_are_tried_where_no_file_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAERN_DATA", str(tmp_path / "data"))

    done = run("backtest")

    assert (done.exit_code, json.loads(done.stdout)["posts"]) == (0, 0)
    nothing = run("evaluate")
    assert nothing.exit_code == 2
    assert "too few" in nothing.stderr
