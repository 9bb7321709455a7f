"""The line contract of `vaern moderation judge`: one JSON object in, one out, in the same order.

In:  {"id", "text", "author"?, "time"?, "parent"?}
Out: {"id", "findings": [{"clause", "duty", "rule", "version", "spans", "deobfuscated", …}]}
A line that cannot be understood gives {"id": …, "error": "…"} in its place; nothing stops.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from moderation.engine import Engine
from moderation.values import Finding, Post


def judge_lines(lines: Iterable[str], engine: Engine) -> Iterator[str]:
    """Yield one output line (without line end) per input line; blank lines are passed over."""
    for line in lines:
        if line.strip():
            answer = _answer(line, engine)
            told = json.dumps(answer, ensure_ascii=False)
            # Half a surrogate pair in an id cannot be written as UTF-8; then everything is escaped.
            yield told if told.isascii() or _is_writable(told) else json.dumps(answer)


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _answer(line: str, engine: Engine) -> dict[str, Any]:
    try:
        data = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return {"id": None, "error": "not JSON"}
    if not isinstance(data, dict):
        return {"id": None, "error": "not a JSON object"}
    identifier = data.get("id")
    if not isinstance(identifier, str | int) or isinstance(identifier, bool):
        return {"id": None, "error": "id is missing or no text"}
    text = data.get("text")
    if not isinstance(text, str):
        return {"id": identifier, "error": "text is missing or no text"}
    findings = engine.judge(
        Post(
            id=str(identifier),
            text=text,
            author=_optional(data, "author"),
            time=_optional(data, "time"),
            parent=_optional(data, "parent"),
        )
    )
    return {"id": identifier, "findings": [finding_as_json(finding) for finding in findings]}


def _optional(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    return None if value is None else str(value)


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the contract writes it, with its severity and reasons beside."""
    return {
        "clause": finding.clause,
        "duty": str(finding.duty),
        "rule": finding.rule,
        "version": finding.version,
        "spans": [list(span) for span in finding.spans],
        "deobfuscated": finding.deobfuscated,
        "severity": finding.severity,
        "reasons": list(finding.reasons),
    } | ({"learned": finding.learned} if finding.learned else {})
