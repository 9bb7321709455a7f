import json

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.engine import compile_rules
from moderation.jsonlines import judge_lines
from moderation.shipped import (
    EXAMPLE_ROSTER,
    default_engine,
    default_learned,
    default_policy,
    default_rules,
)
from moderation.values import Post


def test_every_shipped_rule_does_what_its_own_examples_say() -> None:
    rules = default_rules()

    compile_rules(default_policy(), rules, examples=EXAMPLE_ROSTER, learned=default_learned())

    assert all(rule.match and rule.no_match for rule in rules.rules)


def test_a_finding_names_clause_duty_rule_version_spans_and_why() -> None:
    engine = default_engine(EXAMPLE_ROSTER)
    text = "Jeg synes, at Mette Sørensen er en idiot"

    (finding,) = engine.judge(Post("1", text))

    assert (finding.clause, finding.duty) == ("harasses-named", "must")
    assert (finding.rule, finding.version) == ("harasses-named.insult", 1)
    assert [text[start:end] for start, end in finding.spans] == ["Mette Sørensen", "idiot"]
    assert finding.explanation == "navngivet medarbejder + nedværdigende ord"
    assert not finding.deobfuscated


def test_the_lines_of_judge_come_in_order_and_a_broken_line_stops_nothing() -> None:
    engine = default_engine(EXAMPLE_ROSTER)
    lines = ['{"id": "a", "text": "Tak for hjælpen"}', "not json", '{"id": "b"}', "",
             '{"id": 3, "text": "Jeg slår dig ihjel"}']  # fmt: skip

    answers = list(judge_lines(lines, engine))

    assert answers[0] == '{"id": "a", "findings": []}'
    assert answers[1] == '{"id": null, "error": "not JSON"}'
    assert answers[2] == '{"id": "b", "error": "text is missing or no text"}'
    assert '"clause": "unlawful"' in answers[3]
    assert len(answers) == 4


ENGINE = default_engine(EXAMPLE_ROSTER)


@settings(deadline=None)
@given(st.text(max_size=60) | st.builds(json.dumps, st.dictionaries(st.text(), st.text())))
def test_no_line_whatever_it_holds_stops_judge_or_gives_an_unwritable_answer(line: str) -> None:
    lines = [line.replace("\n", " "), '{"id": "\\ud800", "text": "du \\udc00 er en idiot"}']

    answers = list(judge_lines(lines, ENGINE))

    assert len(answers) == 1 + bool(lines[0].strip())
    assert all(json.loads(answer.encode()) for answer in answers)
