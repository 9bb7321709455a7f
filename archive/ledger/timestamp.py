"""Time-stamps by RFC 3161 over signed heads: what is asked, what is accepted, what is kept."""

from __future__ import annotations

from archive.ledger.outside import OutsideHead, first_heads_over, outside_heads
from archive.ledger.stamps import Expected, Question, Stamp, StampRefused, judge, question

__all__ = [
    "Expected",
    "OutsideHead",
    "Question",
    "Stamp",
    "StampRefused",
    "first_heads_over",
    "judge",
    "outside_heads",
    "question",
]
