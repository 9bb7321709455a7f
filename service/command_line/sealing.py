"""`seal`: the head of the ledger leaves the house now, to everyone who is set up to hold it."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Final

import click

from archive.records.ledger import OutsideHeadRecord, OutsideState
from service.casework.operations.outside import (
    ask,
    holders,
    lacking,
    newest_of,
    one_at_a_time,
)
from service.installation import Installation, opened
from service.jobs.engine import Engine
from service.jobs.sealing import OUTSIDE
from service.jobs.sending import NOTICES
from service.log_lines import configure
from service.settings import Settings

LONGEST_SECONDS: Final = 60.0
_EVERY: Final = 0.2
_COULD_NOT: Final = 3


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def seal(*, as_json: bool) -> None:
    """Send the ledger's head to authorities, witnesses and the folder elsewhere; say who has it.

    The service may run meanwhile. Exit 1 where somebody has not got it.
    """
    settings = Settings()
    configure(settings.log_level)
    if not holders(settings):
        names = "VAERN_TSA, VAERN_WITNESSES, VAERN_HEADS_FOLDER"
        click.echo(f"Nobody outside is set up: {names}.", err=True)
        sys.exit(_COULD_NOT)
    with opened(settings) as house:
        told = _sealed(house)
    if as_json:
        json.dump(told, sys.stdout, default=str, ensure_ascii=False)
        click.echo()
    else:
        for one in told["holders"]:
            where = f"{one['kind']} {one['holder']}"
            click.echo(f"{where}: {one['at'] or one['code'] or 'on its way'}")
    sys.exit(0 if told["ok"] else 1)


def _sealed(house: Installation) -> dict[str, Any]:
    """Ask everyone, work it off here or let the service do so, and wait until it is known."""
    now = house.clock.now()
    with house.database.writing() as session:
        one_at_a_time(session)
        ask(session, lacking(session, house.settings), now)
    engine = Engine(house, (OUTSIDE, NOTICES))
    engine.start()
    try:
        last = time.monotonic() + LONGEST_SECONDS
        while any(_is_open(row) for row in _rows(house)) and time.monotonic() < last:
            time.sleep(_EVERY)
            engine.sweep()
    finally:
        engine.stop(house.settings.stop_seconds)
    rows = _rows(house)
    return {
        "ok": all(row.state == OutsideState.SEALED for row in rows),
        "size": max((row.size for row in rows), default=0),
        "holders": [
            {"kind": row.kind, "holder": row.holder, "at": row.made_at, "code": row.last_error}
            for row in rows
        ],
    }


def _rows(house: Installation) -> list[OutsideHeadRecord]:
    """Return the newest row of each holder."""
    with house.database.reading() as session:
        found = [newest_of(session, one) for one in holders(house.settings)]
        return [row for row in found if row is not None]


def _is_open(row: OutsideHeadRecord) -> bool:
    """Tell whether nothing is known yet; one failed attempt is something to tell."""
    return row.state == OutsideState.WAITING and row.last_error in {None, "mail_waits"}


COMMANDS = (seal,)
