"""Rules, terms and roster compiled together, and the judging of posts by them.

Judging is pure and the same whatever the order of the rules. A cheap look for the words without
which no rule can fire lets most posts pass at once; the others are cut into words, searched, and
each rule that can fire is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from moderation.checks import check, unique_signals
from moderation.errors import ExampleFailed
from moderation.expression import Call, Expression, Not, Signal, names_in
from moderation.gate import Gate, Needs
from moderation.learned.features import signal_tokens, tokens_of
from moderation.learned.model import Learned
from moderation.learned.training import Lesson
from moderation.matching import Composite, Matcher
from moderation.parts import LONGEST, parts_of
from moderation.policy import Policy
from moderation.rules import Rule, RuleSet, State
from moderation.signals.built_in import BUILT_IN, LEARNED
from moderation.signals.citizens import add_citizens
from moderation.signals.employees import Roster
from moderation.signals.personal_data import OwnContacts, find_personal_data
from moderation.signals.reported import find_reported
from moderation.terms import Place, Shapes, TermIndex
from moderation.text import Reading, is_disguised, normalise, unmasked
from moderation.values import Finding, Post, RosterEntry
from moderation.words import Words

_IN_FORCE = frozenset((State.LIVE, State.SHADOW))


def compile_rules(
    policy: Policy,
    rules: RuleSet,
    roster: Iterable[RosterEntry] = (),
    own: OwnContacts | None = None,
    *,
    examples: Iterable[RosterEntry] | None = None,
    learned: Learned | None = None,
) -> Engine:
    """Compile; refuses what is bound to no clause, refers to nothing, or fails its examples.

    `examples`: the employees whom the rules' examples speak of; None leaves the examples unrun.
    Without `learned` its signals are never present, and rules that need them are not rehearsed.
    """
    engine = Engine(policy, rules, Roster(roster), own or OwnContacts(), learned)
    if examples is not None:
        rehearsal = Engine(policy, rules, Roster(examples), own or OwnContacts(), learned)
        for rule in rules.rules:
            untaught = learned is None and any(n.startswith(LEARNED) for n in names_in(rule.when))
            if rule.state is not State.RETIRED and not untaught:
                _run_examples(rehearsal, rule)
    return engine


def _run_examples(engine: Engine, rule: Rule) -> None:
    for text, wanted in (*((t, True) for t in rule.match), *((t, False) for t in rule.no_match)):
        hit = any(
            rule.id == finding.rule for finding in engine.judge_text(text, states=tuple(State))
        )
        if hit is not wanted:
            said = "does not match" if wanted else "matches"
            raise ExampleFailed(*rule.place, f"rule {rule.id!r} {said} its example {text!r}")


class Engine:
    """A compiled set of rules; holds no state between posts and may be shared by threads."""

    def __init__(
        self,
        policy: Policy,
        rules: RuleSet,
        roster: Roster,
        own: OwnContacts,
        learned: Learned | None = None,
    ) -> None:
        self.learned = learned
        self.policy, self.rules = policy, tuple(sorted(rules.rules, key=lambda rule: rule.id))
        self.rule_set, self.roster, self.own = rules, roster, own
        self._signals = unique_signals(rules.signals)
        self.labels = {**BUILT_IN, **{s.id: s.label for s in self._signals.values()}}
        self._composites = {
            signal.id: Composite(signal.expression, signal.scope)
            for signal in self._signals.values()
            if signal.expression is not None
        }
        check(self._signals, self.rules, policy)
        pairs = [(s.id, term) for s in self._signals.values() for term in s.terms]
        self._terms = TermIndex(pairs)
        self._patterns = [(s.id, s.pattern) for s in self._signals.values() if s.pattern]
        self._needs = Needs(self._signals)
        self._gate = Gate(
            self._needs,
            (rule.when for rule in self.rules if rule.state in _IN_FORCE),
            self._signals,
            roster,
            own,
            learned=learned,
        )
        # Words that break rules are guessed before ordinary ones: h*re is no "høre".
        pairs.sort(key=lambda pair: self._signals[pair[0]].common)
        self._shapes = Shapes((*roster.words(), *(term for _, term in pairs)))

    def judge(self, post: Post) -> tuple[Finding, ...]:
        """Return every clause held to be broken by a live rule, the most severe first."""
        return self.judge_text(post.text)

    def judge_text(
        self, text: str, states: tuple[State, ...] = (State.LIVE,)
    ) -> tuple[Finding, ...]:
        """Return the findings of the rules in the given states.

        Of a post longer than `parts.LONGEST`, "the same post" means the same part of it.
        """
        found: dict[str, Finding] = {}
        for part in parts_of(text):
            for finding in self._judge_part(text[part.start : part.end], states):
                spans = part.told(finding.spans)
                if spans:
                    known = found.get(finding.rule)
                    told = replace(finding, spans=spans)
                    found[finding.rule] = told if known is None else _joined(known, told)
        # Word choice speaks only where no rule can say what it is.
        named = {f.clause for f in found.values() if not (f.learned or f.shadow)}
        told_all = [f for f in found.values() if not f.learned or f.shadow or f.clause not in named]
        return tuple(sorted(told_all, key=lambda finding: (-finding.severity, finding.rule)))

    def _judge_part(self, text: str, states: tuple[State, ...]) -> list[Finding]:
        plain = normalise(text)
        readings = [
            reading
            for reading in (plain, *unmasked(plain, self._shapes.guess))
            if not _IN_FORCE.issuperset(states) or self._gate.opens(reading)
        ]
        marks: dict[str, set[tuple[int, int]]] = {}
        reasons: dict[str, tuple[str, ...]] = {}
        disguised: dict[str, bool] = {}
        for reading in readings:
            self._read(reading, states, marks, reasons, disguised)
        return [
            self._finding(rule, marks[rule.id], reasons[rule.id], disguised=disguised[rule.id])
            for rule in self.rules
            if rule.id in marks
        ]

    def _read(
        self,
        reading: Reading,
        states: tuple[State, ...],
        marks: dict[str, set[tuple[int, int]]],
        reasons: dict[str, tuple[str, ...]],
        disguised: dict[str, bool],
    ) -> None:
        words = Words(reading)
        if not words.words:
            return
        places = self._places(words)
        if _IN_FORCE.issuperset(states) and not self._gate.may_hold(self._needs.present(places)):
            return
        matcher = Matcher(words, places, self._composites, self._needs)
        for rule in self.rules:
            # A later reading only adds rules; the plain one marks most exactly.
            if rule.state not in states or rule.id in marks:
                continue
            hits = matcher.hits(rule.when, rule.scope)
            if not hits:
                continue
            spots = {mark for hit in hits for mark in hit.marks}
            marks[rule.id] = {words.span(*spot) for spot in spots}
            disguised[rule.id] = any(
                is_disguised(reading.original[slice(*words.span(*spot))], words.between(*spot))
                for spot in _merged(spots)
            )
            reasons[rule.id] = self._reasons(rule, matcher)

    def _places(self, words: Words) -> dict[str, list[Place]]:
        places = self._terms.find(words)
        for name, pattern in self._patterns:
            for start, end in pattern.places(words.reading.text):
                spot = words.word_at(start), words.word_at(end - 1)
                places.setdefault(name, []).append(spot)
        places.update(find_personal_data(words, self.own))
        places.update(self.roster.find(words, places))
        add_citizens(words, places)
        reported = find_reported(words, places, places.get("employee", []))
        if reported:
            places["reported"] = reported
        if self.learned is not None:
            heard = {name: p for name, p in places.items() if not self._is_common(name)}
            for clause, verdict in self.learned.judge(words, heard).items():
                places[f"{LEARNED}{clause}"] = list(verdict.telling)
        return places

    def _is_common(self, name: str) -> bool:
        return name in self._signals and self._signals[name].common

    def lesson(self, text: str, labels: Iterable[str] = (), *, signals: bool = False) -> Lesson:
        """Return a judged comment as something to learn from: names hidden, signals if wanted."""
        words = Words(normalise(text[:LONGEST]))
        places = self._places(words)
        heard = {n: p for n, p in places.items() if not self._is_common(n) and LEARNED not in n}
        return Lesson(
            tuple(word for word, _ in tokens_of(words, places.get("employee", ()))),
            frozenset(labels),
            tuple(signal_tokens(heard)) if signals else (),
        )

    def _reasons(self, rule: Rule, matcher: Matcher) -> tuple[str, ...]:
        named = [name for name in _spoken(rule.when) if matcher.hits(Signal(name), rule.scope)]
        return tuple(dict.fromkeys(self.labels[name] for name in named))

    def _finding(
        self, rule: Rule, spans: set[tuple[int, int]], reasons: tuple[str, ...], *, disguised: bool
    ) -> Finding:
        return Finding(
            clause=rule.clause,
            duty=self.policy.clause(rule.clause).duty,
            rule=rule.id,
            version=rule.version,
            spans=tuple(_merged(spans)),
            deobfuscated=disguised,
            severity=rule.severity,
            reasons=reasons,
            shadow=rule.state is State.SHADOW,
            learned=self._learned_by(rule),
        )

    def _learned_by(self, rule: Rule) -> str:
        asks = any(name.startswith(LEARNED) for name in names_in(rule.when))
        return self.learned.version if asks and self.learned is not None else ""


def _joined(one: Finding, other: Finding) -> Finding:
    """Return what a rule found in two parts of one post."""
    return replace(
        one,
        spans=tuple(_merged({*one.spans, *other.spans})),
        deobfuscated=one.deobfuscated or other.deobfuscated,
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
    )


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _spoken(expression: Expression) -> list[str]:
    """Return the signals that must be present, in the order written: they are the reasons."""
    if isinstance(expression, Signal):
        return [expression.name]
    if isinstance(expression, Not):
        return []
    operands = expression.operands
    if isinstance(expression, Call) and expression.function in (
        "not_after",
        "not_before",
        "outside",
    ):
        operands = operands[:1]
    if isinstance(expression, Call) and expression.function == "aimed":
        operands = (operands[1], operands[0])
    return [name for part in operands for name in _spoken(part)]
