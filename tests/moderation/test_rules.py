import pytest

from moderation.engine import compile_rules
from moderation.errors import ExampleFailed, ModerationError, RuleFileError
from moderation.rules import State, read_rules
from moderation.shipped import EXAMPLE_ROSTER, default_policy

GOOD = """
[[signal]]
id = "insult"
label = "skældsord"
[[signal.group]]
source = "made up"
terms = ["nar", "*hoved", "{tosse}"]

[[rule]]
id = "r"
clause = "unsuitable"
version = 2
state = "live"
when = "insult"
match = ["din nar", "klaphoved", "sikke nogle tosser"]
no_match = ["narkose"]
"""


def test_a_rule_file_is_read_and_its_examples_run() -> None:
    engine = compile_rules(default_policy(), read_rules(GOOD), examples=EXAMPLE_ROSTER)

    (finding,) = engine.judge_text("Sikke et KLAPHOVED")

    assert (finding.rule, finding.version, finding.duty) == ("r", 2, "may")
    assert finding.spans == ((9, 18),)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('clause = "unsuitable"', 'clause = "nowhere"', 9),
        ('when = "insult"', 'when = "insult and"', 14),
        ('when = "insult"', 'when = "unknown"', 9),
        ('when = "insult"', 'when = "not insult"', 14),
        ('when = "insult"', 'when = "employee"', 9),
        ('state = "live"', 'state = "alive"', 13),
        ("version = 2", 'version = "2"', 12),
        ('"*hoved"', '"ho*ved"', 7),
        ('no_match = ["narkose"]', 'nomatch = ["narkose"]', 16),
        ('match = ["din nar"', 'match = ["din ven"', 9),
        ('label = "skældsord"', "label = skældsord", 4),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int) -> None:
    def load() -> None:
        rules = read_rules(GOOD.replace(old, new), "my.toml")
        compile_rules(default_policy(), rules, examples=EXAMPLE_ROSTER)

    with pytest.raises(RuleFileError) as told:
        load()

    assert (told.value.source, told.value.line) == ("my.toml", line)


def test_a_rule_that_breaks_its_own_example_is_refused() -> None:
    with pytest.raises(ExampleFailed, match="narkose"):
        compile_rules(
            default_policy(),
            read_rules(GOOD.replace('"nar",', '"nar*",')),
            examples=EXAMPLE_ROSTER,
        )


def test_signals_that_refer_to_each_other_in_a_circle_are_refused() -> None:
    circle = '[[signal]]\nid="a"\nwhen="b or b"\n[[signal]]\nid="b"\nwhen="a or a"\n'

    with pytest.raises(RuleFileError, match="refers to itself"):
        compile_rules(default_policy(), read_rules(circle))


@pytest.mark.parametrize("pattern", ["a*", "(", "x" * 3_000, "(a{1000}){1000}", r"a\bb"])
def test_a_hostile_or_empty_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ModerationError):
        read_rules(f"[[signal]]\nid = 'p'\npattern = '{pattern}'\n")


def test_a_pattern_that_would_run_away_elsewhere_answers_at_once() -> None:
    rules = read_rules(
        GOOD + "[[signal]]\nid = 'p'\npattern = '(a+)+b'\n"
        "[[rule]]\nid = 'slow'\nclause = 'unsuitable'\nversion = 1\nstate = 'live'\nwhen = 'p'\n"
    )
    engine = compile_rules(default_policy(), rules)

    assert engine.judge_text("a" * 50_000) == ()
    assert [finding.rule for finding in engine.judge_text("xx aaab")] == ["slow"]


@pytest.mark.parametrize("state", [State.DRAFT, State.SHADOW, State.RETIRED])
def test_only_live_rules_flag_unless_others_are_asked_for(state: State) -> None:
    rules = read_rules(GOOD.replace('"live"', f'"{state}"'))
    engine = compile_rules(default_policy(), rules)

    assert engine.judge_text("din nar") == ()
    assert [f.rule for f in engine.judge_text("din nar", states=(state,))] == ["r"]
