"""Proofs: every entry about a piece under the signed head, earlier heads, stamps from outside."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cryptography.x509 import Certificate, load_pem_x509_certificate
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.export.gather import MADE
from archive.export.names import folder_name
from archive.export.package import (
    MANIFEST,
    Contents,
    File,
    HandOver,
    Package,
    as_json,
    at_hand,
    listing,
    portion,
)
from archive.export.paths import Tree, batches, leaves_at
from archive.ledger.log import Head, head
from archive.ledger.outside import OutsideHead, outside_heads
from archive.records.ledger import CheckpointRecord, LedgerDetailRecord


def prove(session: Session, contents: Contents, over: HandOver) -> Package:
    """Return the whole bundle; `note_made` must be committed before.

    All proofs lead to one head, that of this session's moment.
    """
    now = head(session)
    made = _position_of(session, over)
    positions = sorted({made, *(one for some in contents.positions.values() for one in some)})
    stamped = _stamped(outside_heads(session, now.size), positions)
    notes = _notes(session, positions, now, stamped)
    tree = Tree(session, now.size)
    paths, growth = tree.gather(positions, list(notes))
    entries = _entries(session, positions, paths, contents.closed)
    files = [
        *contents.files,
        contents.listing,
        at_hand("ledger/public-key.txt", f"{now.public_key.hex()}\n".encode()),
        at_hand("ledger/head.txt", now.note.encode()),
        as_json("ledger/export.json", {"entries": [entries[made]]}),
        *_of_pieces(contents, entries),
        *(at_hand(f"ledger/heads/{size}.txt", note.encode()) for size, note in notes.items()),
        as_json(
            "ledger/consistency.json",
            {
                "proofs": [
                    {"size": size, "path": [step.hex() for step in growth[size]]} for size in notes
                ]
            },
        ),
        *_stamp_files(stamped),
    ]
    files.append(listing(MANIFEST, tuple(files)))
    return Package(folder_name(over.case, f"{over.made_at:%Y%m%d}"), tuple(files))


def _of_pieces(contents: Contents, entries: dict[int, dict[str, object]]) -> Iterator[File]:
    """Yield the entries of each piece by its number, in the order of the pieces."""
    told: dict[int, dict[str, object]] = defaultdict(dict)
    for at, some in enumerate(contents.positions.values()):
        told[portion(at)][f"D-{some[0]:04d}"] = [entries[one] for one in some]
    for place, of_pieces in told.items():
        yield as_json(f"ledger/evidence-{place}.json", of_pieces)


def _position_of(session: Session, over: HandOver) -> int:
    query = select(LedgerDetailRecord.position).where(
        LedgerDetailRecord.subject == f"export:{over.id}", LedgerDetailRecord.kind == MADE
    )
    return session.scalars(query.order_by(LedgerDetailRecord.position.desc())).first() or 0


def _entries(
    session: Session,
    positions: Sequence[int],
    paths: dict[int, list[bytes]],
    closed: frozenset[int],
) -> dict[int, dict[str, object]]:
    """Return entries as the files have them: opened by salt and details, or closed."""
    leaves = dict(leaves_at(session, positions))
    opened: dict[int, tuple[bytes, str]] = {}
    for some in batches(positions):
        query = select(
            LedgerDetailRecord.position, LedgerDetailRecord.salt, LedgerDetailRecord.details
        ).where(LedgerDetailRecord.position.in_(some))
        opened.update({position: (salt, text) for position, salt, text in session.execute(query)})
    return {
        one: {
            "position": one,
            "leaf": leaves[one].decode(),
            "path": [step.hex() for step in paths[one]],
        }
        | ({} if one in closed else {"salt": opened[one][0].hex(), "details": opened[one][1]})
        for one in positions
    }


def _stamped(heads: Sequence[OutsideHead], positions: Sequence[int]) -> list[OutsideHead]:
    """Return the stamps that matter: of each authority the first over each piece, and the last."""
    by_authority: dict[str, list[OutsideHead]] = defaultdict(list)
    for one in heads:
        if one.kind == "timestamp" and one.token and one.certificates and one.size:
            by_authority[one.authority].append(one)
    kept: dict[tuple[int, str], OutsideHead] = {}
    for name, some in sorted(by_authority.items()):
        for size in _mattering([one.size for one in some], positions):
            kept[size, name] = next(one for one in some if one.size == size)
    return [kept[key] for key in sorted(kept)]


def _notes(
    session: Session, positions: Sequence[int], now: Head, stamped: Sequence[OutsideHead]
) -> dict[int, str]:
    """Return earlier signed heads by size: checkpoints that matter, and all that are stamped."""
    sizes = session.scalars(
        select(CheckpointRecord.size)
        .where(CheckpointRecord.size > 0, CheckpointRecord.size <= now.size)
        .order_by(CheckpointRecord.size)
    ).all()
    wanted = _mattering(sizes, positions)
    notes: dict[int, str] = {}
    for some in batches(wanted):
        query = select(CheckpointRecord.size, CheckpointRecord.note)
        rows = session.execute(query.where(CheckpointRecord.size.in_(some)))
        notes.update((size, note) for size, note in rows)
    notes.update({one.size: one.note for one in stamped})
    return dict(sorted(notes.items()))


def _mattering(sizes: Sequence[int], positions: Iterable[int]) -> list[int]:
    """Return of ascending sizes the first above each position, and the last of all."""
    found = {sizes[-1]} if sizes else set()
    for position in positions:
        at = bisect_right(sizes, position)
        if at < len(sizes):
            found.add(sizes[at])
    return sorted(found)


def _stamp_files(stamped: Sequence[OutsideHead]) -> Iterator[File]:
    told = []
    for number, one in enumerate(stamped, 1):
        stem = f"timestamps/{one.size}-{number}"
        told.append({"size": one.size, "token": f"{stem}.tsr", "certificates": f"{stem}.pem"})
        yield at_hand(f"{stem}.tsr", one.token or b"")
        yield at_hand(f"{stem}.pem", "".join(_chain(one.certificates)).encode())
    yield as_json("timestamps/timestamps.json", {"stamps": told})


def _chain(pems: Sequence[str]) -> list[str]:
    """Return certificates from the signer's upwards; what does not stand above it is left out."""
    certificates: list[tuple[Certificate, str]] = [
        (load_pem_x509_certificate(pem.encode()), pem) for pem in pems
    ]
    chain = certificates[:1]
    while chain and len(chain) < len(certificates) and chain[-1][0].issuer != chain[-1][0].subject:
        above = [one for one in certificates if one[0].subject == chain[-1][0].issuer]
        if not above or above[0] in chain:
            break
        chain.append(above[0])
    return [pem for _, pem in chain]
