"""What must stand in a piece of evidence, as a small tree, and how each database is asked. Pure.

Words hold only letters, digits and symbols (`archive.search.words`), so nothing in them can
be taken for an operator; they are quoted all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, cast, literal, not_, or_
from sqlalchemy.dialects.postgresql import TSQUERY

from archive.records.search import WORDS_POSTGRESQL


class Part(StrEnum):
    """Where words stand; the names of the columns of FTS5."""

    EXACT = "exact"
    LEMMAS = "lemmas"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Has:
    """These words stand there, one after the other; the last one may only begin so."""

    part: Part
    words: tuple[str, ...]
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Each of these holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of these holds at least."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The first holds, the second does not."""

    wanted: Expression
    unwanted: Expression


Expression = Has | All | Some | Without

_COLUMNS: Final = {
    Part.EXACT: WORDS_POSTGRESQL.c.exact_words,
    Part.LEMMAS: WORDS_POSTGRESQL.c.lemma_words,
    Part.ABOUT: WORDS_POSTGRESQL.c.about_words,
}


def one_of(part: Part, words: tuple[str, ...]) -> Expression:
    """Return that one of these words stands there."""
    return Some(tuple(Has(part, (word,)) for word in words))


def fts5(expression: Expression) -> str:
    """Return the expression in the language of FTS5."""
    if isinstance(expression, Has):
        phrase = " ".join(expression.words)
        return f'{expression.part} : "{phrase}"{" *" if expression.beginning else ""}'
    if isinstance(expression, Without):
        return f"({fts5(expression.wanted)}) NOT ({fts5(expression.unwanted)})"
    if isinstance(expression, Some) and (words := _plain(expression)):
        part, each = words
        quoted = " OR ".join(f'"{word}"' for word in each)
        return f"{part} : ({quoted})"
    joint = " AND " if isinstance(expression, All) else " OR "
    return joint.join(f"({fts5(part)})" for part in expression.parts)


def postgresql(expression: Expression) -> ColumnElement[bool]:
    """Return the expression as a condition on PostgreSQL's table."""
    if isinstance(expression, Has):
        return _has(expression)
    if isinstance(expression, Without):
        return and_(postgresql(expression.wanted), not_(postgresql(expression.unwanted)))
    if isinstance(expression, Some) and (words := _plain(expression)):
        part, each = words
        return _matches(part, " | ".join(_lexeme(word) for word in each))
    joint = and_ if isinstance(expression, All) else or_
    return joint(*(postgresql(part) for part in expression.parts))


def _plain(expression: Some) -> tuple[Part, list[str]] | None:
    """Return column and words where all that is asked is one of several words in one column."""
    parts, words = set(), []
    for one in expression.parts:
        if not isinstance(one, Has) or one.beginning or len(one.words) != 1:
            return None
        parts.add(one.part)
        words.append(one.words[0])
    return (parts.pop(), words) if len(parts) == 1 else None


def _has(expression: Has) -> ColumnElement[bool]:
    *whole, last = expression.words
    lexemes = [*map(_lexeme, whole), _lexeme(last) + (":*" if expression.beginning else "")]
    there = _matches(expression.part, " & ".join(lexemes))
    if not whole:
        return there
    # A tsvector forgets where words stand after 16,383 of them; the text beside it does not.
    phrase = " " + " ".join(expression.words) + ("" if expression.beginning else " ")
    return and_(there, WORDS_POSTGRESQL.c.exact.contains(phrase, autoescape=True))


def _matches(part: Part, query: str) -> ColumnElement[bool]:
    return _COLUMNS[part].bool_op("@@")(cast(literal(query), TSQUERY))


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
