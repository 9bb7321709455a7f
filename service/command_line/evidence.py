"""`ingest` and `erase`: evidence through the same door as everywhere, and out for good."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import UUID

import click

from archive.clearing import clear_erased
from archive.intake.receive import About, Envelope, Kept
from archive.retention import erase as erase_evidence
from service.installation import Installation, opened
from service.settings import Settings

BLOCK = 1024 * 1024


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--note", help="What a reader should know of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def ingest(files: tuple[Path, ...], *, note: str | None, as_json: bool) -> None:
    """Keep files as evidence, byte for byte; a running service reads them."""
    with opened(Settings()) as house:
        kept = [_keep(house, path, note) for path in files]
    if as_json:
        json.dump({"evidence": [_document(one) for one in kept]}, sys.stdout, ensure_ascii=False)
        click.echo()
        return
    for one in kept:
        click.echo(f"{one.id}  {one.sha256}  {one.filename}")


@click.command()
@click.argument("evidence", type=click.UUID)
@click.option("--reason", required=True, help="Why; it stays in the ledger.")
def erase(evidence: UUID, *, reason: str) -> None:
    """Erase a piece of evidence for good, with all that was read from it.

    A legal hold or an open case refuses it. What stays is a tombstone.
    """
    with opened(Settings()) as house:
        now = house.clock.now()
        with house.database.writing() as session:
            done = erase_evidence(session, evidence, reason, "system", now)
        clear_erased(house.database, house.objects, now)
    click.echo(f"erased: {len(done.evidence)} pieces, {done.objects} sealed files")


def _keep(house: Installation, path: Path, note: str | None) -> Kept:
    receiving = house.intake.begin()
    try:
        with path.open("rb") as source:
            while block := source.read(BLOCK):
                receiving.write(block)
        held = receiving.finish()
    except BaseException:
        receiving.abandon()
        raise
    kind = "mail" if path.suffix.lower() == ".eml" else "upload"
    about = About(kind=kind, filename=path.name, note=note)
    envelope = Envelope("cli", facts={"filename": path.name, "note": note})
    return house.intake.register(held, about, envelope, house.clock.now())


def _document(kept: Kept) -> dict[str, object]:
    return {
        "id": str(kept.id),
        "filename": kept.filename,
        "sha256": kept.sha256,
        "size": kept.size,
        "media_type": kept.media_type,
        "state": str(kept.state),
    }


COMMANDS = (ingest, erase)
