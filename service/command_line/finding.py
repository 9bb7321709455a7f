"""`reindex`: the search index made anew from what is kept."""

from __future__ import annotations

import json
import sys

import click

from service.casework.evidence.indexing import reindex as make_anew
from service.installation import opened
from service.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def reindex(*, as_json: bool) -> None:
    """Make the search index anew; the service may go on running, and be searched."""
    with opened(Settings()) as house:
        pieces = make_anew(house, _tell)
    click.echo(err=True)
    if as_json:
        json.dump({"evidence": pieces}, sys.stdout)
        click.echo()
    else:
        click.echo(f"{pieces} pieces of evidence can be searched")


def _tell(done: int, total: int) -> None:
    click.echo(f"\r{done} of {total}", nl=False, err=True)


COMMANDS = (reindex,)
