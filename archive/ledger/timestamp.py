"""Time-stamps by RFC 3161 over signed heads of the ledger."""

from __future__ import annotations

from archive.ledger.outside import OutsideHead, outside_heads

__all__ = ["OutsideHead", "outside_heads"]
