"""The made-up material: comments written for these tests, each with the clauses that it breaks.

One comment a line, `clauses<TAB>text`; `-` is a lawful comment. Nobody posted any of them, and the
people in them do not exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from moderation.engine import Engine
from moderation.values import RosterEntry

FOLDER = Path(__file__).parent / "material"
_CLAUSES = {
    "H": "harasses-named",
    "P": "personal-information",
    "U": "unlawful",
    "I": "irrelevant",
    "S": "unsuitable",
}
MUST = frozenset(("harasses-named", "personal-information", "unlawful"))

ROSTER = (
    RosterEntry("Karen Madsen", title="sagsbehandler", unit="Jobcentret"),
    RosterEntry("Henrik Bjerre", title="afdelingsleder", unit="Teknik og Miljø"),
    RosterEntry("Ayse Yilmaz", title="socialrådgiver", unit="Familieafdelingen"),
    RosterEntry("Sofie Krogh-Larsen", title="pædagog", unit="Børnehaven Solstrålen"),
    RosterEntry("Jens Peter Holm", nicknames=("JP",), title="rektor", unit="Søndre Skole"),
    RosterEntry("Pia Winther", title="p-vagt", unit="Parkering"),
    RosterEntry("Ingrid Haugland", title="saksbehandler", unit="NAV"),
    RosterEntry("Tor Erik Bakken", title="rektor", unit="Fjellheim skole"),
    RosterEntry("Silje Moen", nicknames=("Silja",), title="kontaktperson", unit="Barnevernet"),
    RosterEntry("Lone Skovgaard", title="direktør", unit="Børn og Unge"),
    RosterEntry("Thomas Vestergaard", title="integrationskonsulent", unit="Jobcentret"),
    RosterEntry("Bente Lykke", title="bibliotekar", unit="Biblioteket"),
    RosterEntry("Mohammad Rahimi", title="vejleder", unit="Borgerservice"),
    RosterEntry("Naja Petersen", title="sundhedsplejerske", unit="Sundhedscentret"),
    RosterEntry("Marit Strand", title="leder", unit="Hjemmetjenesten"),
    RosterEntry("Ole Kristian Dahl", title="byggesaksbehandler", unit="Plan og bygg"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One comment and the clauses that a careful reader finds broken."""

    text: str
    clauses: frozenset[str]


@dataclass(slots=True)
class Score:
    """How the engine did: per clause hits, misses, false alarms; and what it got wrong."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    must: int = 0
    caught: int = 0
    lawful: int = 0
    lawful_flagged: int = 0
    wrong: list[tuple[Sample, frozenset[str]]] = field(default_factory=list)

    def recall(self, clause: str) -> float:
        """Share of the comments that break the clause which were flagged for it."""
        return self.right[clause] / max(self.right[clause] + self.missed[clause], 1)

    @property
    def any_recall(self) -> float:
        """Share of the comments that break a must-clause which were flagged for any."""
        return self.caught / max(self.must, 1)

    def precision(self, clause: str) -> float:
        """Share of the flags for the clause that were right."""
        return self.right[clause] / max(self.right[clause] + self.extra[clause], 1)


def read(name: str) -> tuple[Sample, ...]:
    """Read one file of the material."""
    samples = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        marks, _, text = line.partition("\t")
        clauses = frozenset(_CLAUSES[mark] for mark in marks.split(",") if mark != "-")
        samples.append(Sample(text, clauses))
    return tuple(samples)


def files(language: str) -> tuple[str, ...]:
    """Name the files of a language: danish or norwegian."""
    return tuple(sorted(path.name for path in FOLDER.glob(f"{language}-*.tsv")))


def held_out(language: str) -> str:
    """Name the file of comments on which nothing was tuned and from which nothing was learned."""
    return f"held-out-{language}.tsv"


def judge(engine: Engine, samples: Iterable[Sample]) -> Score:
    """Try the engine on the samples."""
    score = Score()
    for sample in samples:
        found = frozenset(finding.clause for finding in engine.judge_text(sample.text))
        score.right.update(found & sample.clauses)
        score.missed.update(sample.clauses - found)
        score.extra.update(found - sample.clauses)
        if sample.clauses & MUST:
            score.must += 1
            score.caught += bool(found & MUST)
        else:
            score.lawful += 1
            score.lawful_flagged += bool(found & MUST)
        if found != sample.clauses:
            score.wrong.append((sample, found))
    return score
