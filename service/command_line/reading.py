"""`read-again`: let programs look at what is kept once more; the originals stay as they are."""

from __future__ import annotations

from uuid import UUID

import click

from service.casework.evidence.reading_again import EVERY_READER, read_again, read_all_again
from service.installation import opened
from service.settings import Settings


@click.command("read-again")
@click.argument("evidence", type=click.UUID, required=False)
@click.option(
    "--all-by",
    "reader",
    type=click.Choice(EVERY_READER),
    help="Everything that this program has read; 'none' is what none could read.",
)
def again(evidence: UUID | None, *, reader: str | None) -> None:
    """Read EVIDENCE again, or everything that one program has read; a running service does it."""
    if (evidence is None) == (reader is None):
        raise click.UsageError("name one piece of evidence, or --all-by READER")
    with opened(Settings()) as house:
        now = house.clock.now()
        if evidence is not None:
            with house.database.writing() as session:
                read_again(session, evidence, now, "system")
        elif reader is not None:
            place: UUID | None = None
            while True:
                with house.database.writing() as session:
                    place = read_all_again(session, reader, now, "system", place)
                if place is None:
                    break
    click.echo("waiting to be read")


COMMANDS = (again,)
