"""`export CASE|EVIDENCE… --out FOLDER`: a bundle on disk that anyone can check without us."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from uuid import UUID, uuid4

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import EvidenceNotFound
from archive.export.package import NOT_TOLD, HandOver, Package
from archive.export.writing import parts_of, write_folder, write_zip
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord
from service.casework.evidence.numbers import numbered
from service.casework.exporting.making import proven_package
from service.casework.exporting.papers import papers_for
from service.casework.exporting.permitting import with_parts
from service.casework.exporting.redacting import redacted_among
from service.errors import CaseNotFound, NothingToHandOver, SealedOff
from service.installation import Installation, opened
from service.settings import MIB, Settings


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="CASE|EVIDENCE…")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--zip", "as_zip", is_flag=True, help="Zip files in FOLDER instead of plain files.")
@click.option("--part-size", type=click.IntRange(min=1), help="MiB of a zip file at most.")
@click.option("--redacted", is_flag=True, help="The redacted files instead of the originals.")
@click.option("--recipient", default=NOT_TOLD, help="Who gets it; it stays in the ledger.")
@click.option("--purpose", default=NOT_TOLD, help="What for; it stays in the ledger.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def export(
    what: tuple[str, ...],
    *,
    out: Path,
    as_zip: bool,
    part_size: int | None,
    redacted: bool,
    recipient: str,
    purpose: str,
    as_json: bool,
) -> None:
    """Write a bundle of cases (2027-014) and evidence (D-0042, or its id) into a new FOLDER.

    'python3 FOLDER/check.py' checks it anywhere. The ledger keeps that it was handed over.
    """
    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty")
    if NOT_TOLD in {recipient, purpose}:
        click.echo("the ledger keeps who gets it and what for: --recipient, --purpose", err=True)
    with opened(Settings()) as house:
        now = house.clock.now()
        with house.database.reading() as session:
            case, pieces = _chosen(session, what, redacted=redacted)
        over = HandOver(
            id=uuid4(),
            made_at=now,
            made_by="system",
            made_by_name="Værn",
            recipient=recipient.strip() or NOT_TOLD,
            purpose=purpose.strip() or NOT_TOLD,
            municipality=house.settings.municipality,
            case=case.number if case else None,
            case_id=case.id if case else None,
            redacted=redacted,
        )
        papers = papers_for(house, over, pieces)
        package, contents = proven_package(house, over, pieces, papers)
        told = _Bar(package.size)
        if as_zip:
            files = _write_zips(house, package, out, part_size, told)
        else:
            write_folder(package, house.vault, out, told)
            files = [out]
        told.end()
        with house.database.writing() as session:
            record(
                session,
                "export.written",
                at=house.clock.now(),
                subject=f"export:{over.id}",
                case_id=over.case_id,
                contents_sha256=contents,
                recipient=over.recipient,
            )
    if as_json:
        facts = {
            "export": str(over.id),
            "evidence": [str(one) for one in pieces],
            "contents_sha256": contents,
            "files": [str(one) for one in files],
            "without_booklet": papers.lacking if papers.paper.lacking else None,
            "booklet_lacks": papers.lacking,
        }
        json.dump(facts, sys.stdout, ensure_ascii=False)
        click.echo()
    else:
        click.echo(f"{len(pieces)} pieces of evidence: {', '.join(str(one) for one in files)}")
    if papers.lacking and not papers.paper.lacking:
        click.echo(f"its booklet could only be printed in part: {papers.lacking}", err=True)
    elif papers.lacking:
        click.echo(f"without its booklet, which could not be printed: {papers.lacking}", err=True)


def _chosen(
    session: Session, what: tuple[str, ...], *, redacted: bool
) -> tuple[CaseRecord | None, list[UUID]]:
    """Return the one case, where there is one, and every piece with its parts.

    In a redacted bundle a part comes along only where it has a redacted file itself.
    """
    cases: list[CaseRecord] = []
    wanted: list[UUID] = []
    for word in what:
        if re.fullmatch(r"\d{4}-\d+", word):
            case = session.scalars(select(CaseRecord).where(CaseRecord.number == word)).first()
            if case is None:
                raise CaseNotFound(word)
            cases.append(case)
            of_case = CaseEvidenceRecord.case_id == case.id
            wanted += session.scalars(select(CaseEvidenceRecord.evidence_id).where(of_case))
        else:
            wanted.append(_evidence(session, word))
    whole = with_parts(session, wanted)
    if redacted:
        covered = redacted_among(session, whole)
        whole = [one for one in whole if one in covered or one in wanted]
    found = [session.get_one(EvidenceRecord, one) for one in whole]
    standing = [one for one in found if one.erased_at is None]
    if not standing:
        raise NothingToHandOver("nothing is left to hand over")
    if sealed := next((one for one in standing if one.sealed_off_at is not None), None):
        raise SealedOff(f"{sealed.id} is sealed off; only the DPO hands it to the police")
    return (cases[0] if len(cases) == 1 else None), [one.id for one in standing]


def _evidence(session: Session, word: str) -> UUID:
    found = numbered(session, word)
    if found is None:
        try:
            found = UUID(word)
        except ValueError as bad:
            raise click.UsageError(f"{word!r} names neither a case nor evidence") from bad
    if session.get(EvidenceRecord, found) is None:
        raise EvidenceNotFound(word)
    return found


def _write_zips(
    house: Installation, package: Package, out: Path, part_size: int | None, told: _Bar
) -> list[Path]:
    parts = parts_of(package, part_size * MIB) if part_size else [package.files]
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for number, files in enumerate(parts, 1):
        end = f"-{number}-af-{len(parts)}" if len(parts) > 1 else ""
        path = out / f"{package.folder}{end}.zip"
        with path.open("xb") as target:
            write_zip(package, files, house.vault, target, told)
        written.append(path)
    return written


class _Bar:
    """How far the writing is, on the standard error, where that is a screen."""

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._done = 0
        self._shown = -1

    def __call__(self, count: int) -> None:
        self._done += count
        share = min(100 * self._done // self._total, 100)
        if share != self._shown and sys.stderr.isatty():
            self._shown = share
            click.echo(f"\r{share} %", err=True, nl=False)

    def end(self) -> None:
        """Leave the line."""
        if self._shown >= 0:
            click.echo(err=True)


COMMANDS = (export,)
