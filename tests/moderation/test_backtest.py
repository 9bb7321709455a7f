from datetime import UTC, datetime

import pytest

from moderation.backtest import Counts, Judged, counted, report
from moderation.engine import Engine, compile_rules
from moderation.errors import LabelledError
from moderation.rehearsal import read_posts, replaced
from moderation.rules import RuleSet, read_rules
from moderation.shipped import default_policy
from moderation.values import Post

RULES = """
[[signal]]
id = "fool"
[[signal.group]]
source = "made up"
terms = ["nar", "tosse"]
[[signal]]
id = "mud"
[[signal.group]]
source = "made up"
terms = ["mudder"]
[[rule]]
id = "fools"
clause = "unsuitable"
version = 1
state = "live"
when = "fool"
[[rule]]
id = "muds"
clause = "irrelevant"
version = 1
state = "shadow"
when = "mud"
[[rule]]
id = "drafted"
clause = "irrelevant"
version = 1
state = "draft"
when = "mud"
"""
NEWER = """
[[signal]]
id = "only-fool"
[[signal.group]]
source = "made up"
terms = ["nar", "pjok"]
[[rule]]
id = "fools"
clause = "unsuitable"
version = 2
state = "live"
when = "only-fool"
"""
LINES = """
{"id": 1, "text": "din nar i mudder", "time": "2026-11-01T08:00:00", "clauses": ["unsuitable"]}
{"id": 2, "text": "sikke en tosse", "time": "2026-11-03T08:00:00", "clauses": []}
{"id": 3, "text": "dit pjok", "time": "2026-11-05T08:00:00Z"}
{"id": 4, "text": "intet at sige", "time": "i går"}
""".strip().splitlines()


def engine(rules: RuleSet) -> Engine:
    return compile_rules(default_policy(), rules)


def figures(told: dict[str, object]) -> dict[str, dict[str, object]]:
    rules = told["rules"]
    assert isinstance(rules, list)
    return {rule["rule"]: rule for rule in rules}


def test_a_new_rule_is_compared_with_the_one_in_force_on_posts_that_stand() -> None:
    old = read_rules(RULES)
    before, after = engine(old), engine(replaced(old, read_rules(NEWER)))

    told = report(counted(read_posts(LINES), after, before), after, before)

    fools = figures(told)["fools"]
    assert told["posts"] == 4
    assert (fools["version"], fools["hits"], fools["per_day"]) == (2, 2, 0.5)
    assert (fools["newly_hit"], fools["newly_hit_posts"]) == (1, ["3"])
    assert (fools["no_longer_hit"], fools["no_longer_hit_posts"]) == (1, ["2"])
    assert (fools["judged"], fools["precision"], fools["overlap"]) == (1, 1.0, {"muds": 0.5})
    assert "drafted" not in figures(told)


def test_precision_is_told_with_wilsons_interval_and_only_where_somebody_judged() -> None:
    rules = engine(read_rules(RULES))

    told = figures(report(counted(read_posts(LINES), rules), rules))

    assert (told["fools"]["precision"], told["fools"]["interval"]) == (0.5, (0.0945, 0.9055))
    assert (told["muds"]["precision"], told["muds"]["judged"]) == (0.0, 1)
    assert told["fools"]["newly_hit"] is None


def test_counts_of_pieces_add_up_to_the_counts_of_the_whole() -> None:
    old = read_rules(RULES)
    before, after = engine(old), engine(replaced(old, read_rules(NEWER)))
    posts = [
        Judged(Post(str(n), text, time=datetime(2026, 1, 1 + n, tzinfo=UTC)), broken)
        for n, (text, broken) in enumerate(
            [("din nar", frozenset(("unsuitable",))), ("tosse", None), ("pjok", frozenset()),
             ("mudder og en nar", None), ("", None), ("tosse", frozenset())]
        )
    ]  # fmt: skip
    joined = Counts()
    for cut in (posts[:1], posts[1:4], posts[4:]):
        joined.add(counted(cut, after, before))

    assert report(joined, after, before) == report(counted(posts, after, before), after, before)


def test_no_posts_give_a_report_without_figures() -> None:
    rules = engine(read_rules(RULES))

    told = figures(report(counted([], rules), rules))

    assert (told["fools"]["hits"], told["fools"]["per_day"], told["fools"]["interval"]) == (
        0,
        None,
        None,
    )


@pytest.mark.parametrize("line", ["nonsense", "[1]", '{"id": 1}', '{"text": "x", "clauses": "u"}'])
def test_a_line_that_cannot_be_tried_is_named(line: str) -> None:
    with pytest.raises(LabelledError, match="line 2"):
        list(read_posts(['{"text": "fint"}', line]))
