"""Reading comments that somebody has labelled: JSON Lines, CSV or tab-separated, told by content.

A label is one column: broken clauses, a class such as OFF/NOT or 1/0, or true/false. What the
evaluation asks is only whether somebody found fault with the comment.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.errors import LabelledError

_TEXTS = ("text", "tweet", "comment", "comment_text", "body", "content", "message", "tekst")
_LABELS = (
    "clauses", "label", "labels", "subtask_a", "class", "offensive", "hate", "hateful", "toxic",
    "target", "annotation", "category", "gold", "y",
)  # fmt: skip
_FREE = frozenset({
    "", "-", "0", "0.0", "no", "not", "nej", "nei", "none", "null", "false", "ok", "neutral",
    "clean", "lawful", "negative", "neg", "normal", "non", "nothate", "nohate", "non-hate",
    "non-offensive", "not-offensive", "notoffensive", "non-toxic", "ikke", "n", "[]",
})  # fmt: skip
_MOST_CLASSES = 20


@dataclass(frozen=True, slots=True)
class Labelled:
    """One comment, and whether somebody found fault with it."""

    text: str
    faulty: bool


def read_labelled(text: str, source: str = "labelled") -> tuple[Labelled, ...]:
    """Return the rows in order; LabelledError names the line that cannot be understood."""
    stripped = text.lstrip("\ufeff")
    rows = (
        _json_rows(stripped, source) if stripped.lstrip()[:1] == "{" else _table(stripped, source)
    )
    found = tuple(rows)
    if len({row.faulty for row in found}) < 2:  # noqa: PLR2004 - both sides of a label
        raise LabelledError(f"{source}: all {len(found)} comments have the same label")
    return found


def is_faulty(label: object) -> bool:
    """Whether a label finds fault: any class, clause or number but those that say that none is."""
    if isinstance(label, bool):
        return label
    if isinstance(label, int | float):
        return label > 0
    if isinstance(label, list | tuple | set | frozenset):
        return bool(label)
    return str(label or "").strip().lower().replace("_", "-") not in _FREE


def _json_rows(text: str, source: str) -> Iterator[Labelled]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise LabelledError(f"{source}, line {number}: not JSON") from problem
        yield _labelled(row if isinstance(row, Mapping) else {}, source, number)


def _labelled(row: Mapping[str, Any], source: str, number: int) -> Labelled:
    fields = {str(key).strip().lower(): value for key, value in row.items()}
    words = next((fields[key] for key in _TEXTS if isinstance(fields.get(key), str)), None)
    label = next((key for key in _LABELS if key in fields), None)
    if words is None or label is None:
        raise LabelledError(f"{source}, line {number}: needs a text and a label")
    return Labelled(words, is_faulty(fields[label]))


def _table(text: str, source: str) -> Iterator[Labelled]:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise LabelledError(f"{source}: is empty")
    if "\t" in lines[0]:
        # Quotation marks in a tab-separated file are the author's.
        rows = [line.split("\t") for line in lines]
    else:
        mark = ";" if lines[0].count(";") > lines[0].count(",") else ","
        try:
            rows = list(csv.reader(text.splitlines(keepends=True), delimiter=mark))
        except csv.Error as problem:
            raise LabelledError(f"{source}: {problem}") from problem
    head = [cell.strip().lower() for cell in rows[0]]
    words = next((head.index(name) for name in _TEXTS if name in head), None)
    label = next((head.index(name) for name in _LABELS if name in head), None)
    first = 1
    if words is None or label is None:
        words, label = _guessed(rows, source)
        first = 0
    for number, row in enumerate(rows[first:], first + 1):
        if len(row) <= max(words, label):
            if any(cell.strip() for cell in row):
                raise LabelledError(f"{source}, line {number}: has {len(row)} columns")
            continue
        yield Labelled(row[words], is_faulty(row[label]))


def _guessed(rows: Sequence[Sequence[str]], source: str) -> tuple[int, int]:
    """Return which column holds the text and which the label, where no heading says so."""
    width = min(len(row) for row in rows if row)
    if width < 2:  # noqa: PLR2004 - a text and its label
        raise LabelledError(f"{source}, line 1: needs a text and a label")
    columns = [[row[n].strip() for row in rows if row] for n in range(width)]
    words = max(range(width), key=lambda n: sum(map(len, columns[n])))
    classes = [n for n in range(width) if n != words and len(set(columns[n])) <= _MOST_CLASSES]
    if not classes:
        raise LabelledError(f"{source}, line 1: no column looks like a label")
    return words, classes[-1]
