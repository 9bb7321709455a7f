"""`moderation judge`: JSON Lines in, findings out, in their order; exit 0 whatever is flagged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click

from moderation.errors import ModerationError
from moderation.jsonlines import judge_lines
from moderation.rules import read_rules
from moderation.shipped import default_engine
from moderation.values import RosterEntry


@click.group()
def moderation() -> None:
    """The rules of moderation, on posts of your own."""


@moderation.command()
@click.argument("posts", type=click.File("r", encoding="utf-8"), default="-")
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Employees, JSON Lines: {"name", "nicknames"?, "title"?, "unit"?}.',
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A rules file beside those that are shipped.",
)
def judge(posts: TextIO, *, roster: Path | None, rules: Path | None) -> None:
    """Print the findings for each post of a JSON Lines file (or standard input)."""
    try:
        own = read_rules(rules.read_text("utf-8"), rules.name) if rules else None
        engine = default_engine(roster=_roster(roster) if roster else (), extra=own)
    except (ModerationError, ValueError, KeyError, TypeError) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    for line in judge_lines(posts, engine):
        click.echo(line)


def _roster(path: Path) -> list[RosterEntry]:
    entries = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            fields = json.loads(line)
            nicknames = tuple(fields.get("nicknames") or ())
            entries.append(
                RosterEntry(fields["name"], nicknames, fields.get("title"), fields.get("unit"))
            )
    return entries


COMMANDS = (moderation,)
