r"""Patterns: regular expressions that a moderator writes, run by an engine that cannot run away.

RE2 works in time linear in the text (no backtracking), so a hostile pattern costs memory at most,
and that is capped (THREATS 13). Its `\b` knows ASCII only and would find "sken" in "æsken"; word
boundaries are therefore rewritten before compiling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2

from moderation.errors import PatternRefused

MAX_PATTERN = 2_000
"""Longest pattern, in characters."""
_MAX_MEMORY = 1 << 20
_BOUNDARY = re.compile(r"(?<!\\)((?:\\\\)*)\\b")


class Pattern:
    r"""One compiled pattern over normalised text; use \b only at its two ends."""

    def __init__(self, source: str) -> None:
        if len(source) > MAX_PATTERN:
            raise PatternRefused(f"longer than {MAX_PATTERN} characters")
        inner, self._left, self._right = source, False, False
        if inner.startswith(r"\b"):
            inner, self._left = inner[2:], True
        if inner.endswith(r"\b") and not inner.endswith(r"\\b"):
            inner, self._right = inner[:-2], True
        if _BOUNDARY.search(inner) or r"\B" in inner:
            raise PatternRefused(r"\b is understood at the two ends only")
        options = re2.Options()
        options.max_mem = _MAX_MEMORY
        options.log_errors = False
        try:
            self._compiled = re2.compile(f"({inner})", options=options)
        except re2.error as problem:
            raise PatternRefused(f"cannot be read: {problem.args[0]!r}") from problem
        if self._compiled.match("") is not None:
            raise PatternRefused("matches the empty text, so it would match everywhere")

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it matches, in characters of the text given."""
        for match in self._compiled.finditer(text):
            start, end = match.span(1)
            if start == end:
                continue
            if self._left and start and _is_letter(text[start - 1]) and _is_letter(text[start]):
                continue
            if self._right and end < len(text) and _is_letter(text[end]):
                continue
            yield start, end


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"
