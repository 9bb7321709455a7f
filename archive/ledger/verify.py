"""Verification: whether everything that is kept is what was received, from the records alone.

It needs neither the vault key nor us: the public key and a head that left the
house are enough, on the live data folder or on a copy. Faults are findings,
never exceptions. Without an outside head a log proves nothing against its
owner, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from archive.database import Database
from archive.ledger.checks.details import check_details
from archive.ledger.checks.findings import Finding, Findings, Kind, Progress, Report
from archive.ledger.checks.head import check_head, read_signed
from archive.ledger.checks.outside import OutsideCheck
from archive.ledger.checks.rows import check_erasures, check_rows, count_rows
from archive.ledger.checks.scratch import Scratch
from archive.ledger.checks.source import Damaged, Source, number, opened
from archive.ledger.checks.stored import ObjectCheck, Sample
from archive.ledger.checks.tree import check_tree
from archive.ledger.outside_files import GivenHead
from archive.vault.objects import Objects
from archive.vault.sealing import VaultKey

__all__ = ["Finding", "Kind", "Report", "verify"]


def verify(
    database: Database,
    objects: Objects,
    *,
    public_key: bytes | None = None,
    head_note: str | None = None,
    heads: Sequence[GivenHead] = (),
    authorities: Sequence[tuple[str, ...]] = (),
    sample: tuple[int, int] | None = None,
    vault_key: VaultKey | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check the whole house, changing nothing.

    `public_key` is the ledger's, from outside; `head_note` and `heads` are
    signed heads and time-stamps from outside; `authorities` the certificates of
    each authority whose time-stamps are believed, as PEM. `sample` (n, t)
    reads the n-th of t parts of the objects. `vault_key` adds a check of the
    plain bytes. `progress(done, total)` is called as it goes.
    """
    findings = Findings(progress)
    part = Sample(*sample) if sample else None
    if part and part.parts > 1:
        findings.unchecked.append(f"objects: only part {part.part} of {part.parts} was read")
    with closing(Scratch()) as scratch:
        given = [*heads, GivenHead("the outside head", note=head_note)] if head_note else heads
        entries = _check_records(database, findings, scratch, public_key, (given, authorities))
        check = ObjectCheck(database, objects, findings, vault_key=vault_key, sample=part)
        checked = check.run(scratch)
    return findings.report(entries, checked)


def _check_records(
    database: Database,
    findings: Findings,
    scratch: Scratch,
    public_key: bytes | None,
    outside: tuple[Sequence[GivenHead], Sequence[tuple[str, ...]]],
) -> int:
    entries = 0
    with _noting(findings, "database"), opened(database) as source:
        with _noting(findings, "database"):
            _count(source, findings)
        with _noting(findings, "ledger"):
            signed = read_signed(source, findings, public_key)
            apart = OutsideCheck(findings, signed.trusted, *outside)
            apart.read(source)
            tree = check_tree(source, findings, signed.sizes() | apart.sizes())
            check_head(findings, signed, tree)
            if tree.whole:
                apart.compare(tree)
        with _noting(findings, "ledger_details"):
            entries = check_details(source, findings, scratch)
        check_rows(source, findings, scratch)
        with _noting(findings, "erasures"):
            check_erasures(source, findings, scratch)
        if database.is_sqlite:
            with _noting(findings, "database"):
                _check_pages(source, findings)
    return entries


def _count(source: Source, findings: Findings) -> None:
    entries = number(source, "SELECT count(*) FROM ledger_entries")
    objects = number(source, "SELECT count(*) FROM objects")
    findings.total = 2 * entries + count_rows(source) + objects


def _check_pages(source: Source, findings: Findings) -> None:
    """Let SQLite look at its own pages, indexes and constraints."""
    for rows in source.stream("PRAGMA integrity_check(100)"):
        for (message,) in rows:
            if message != "ok":
                findings.add(Kind.DATABASE, str(message))


@contextmanager
def _noting(findings: Findings, what: str) -> Iterator[None]:
    """Turn a torn database into a finding, and go on with the next check."""
    try:
        yield
    except Damaged as damaged:
        findings.add(Kind.DATABASE, f"{what}: {damaged}", id=what)
