"""What commands print with `--json`: one document on standard output, moments as RFC 3339."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def print_json(document: object) -> None:
    """Print one document, readable."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    click.echo()


def as_facts(value: DataclassInstance) -> dict[str, Any]:
    """Return a frozen value as JSON takes it."""
    return {name: _plain(one) for name, one in asdict(value).items()}


def moment(at: datetime | None) -> str | None:
    """Return a moment as RFC 3339 writes it."""
    return at.isoformat() if at is not None else None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
