"""Gathering: what is handed over of each piece, read in one short look, nothing opened yet."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.export.custody import custody_of, names_of
from archive.export.joined import check_program
from archive.export.names import ENDINGS, safe_name
from archive.export.package import (
    Contents,
    Document,
    File,
    HandOver,
    Paper,
    Stored,
    as_json,
    at_hand,
    portion,
)
from archive.export.readme import readme
from archive.export.redacted import (
    EXPORTED,
    REDACTION,
    pseudonyms,
    redacted_object,
    redaction,
    shown,
)
from archive.ledger.checkpoint import fingerprint
from archive.ledger.log import head, record
from archive.records.cases import CaseRecord
from archive.records.columns import Protected, canonical
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    ObjectRecord,
    WrappedKeyRecord,
)
from archive.records.ledger import LedgerDetailRecord
from archive.vault.sealing import WrappedKey

FORMAT = "vaern-bundle-1"
MADE = "export.made"
ORIGINAL = "original"
LEFT_OUT = frozenset({ORIGINAL, REDACTION, "thumbnail"})
"""Roles of objects that are no readings: the original itself, what covers it, a small picture."""

_OF_A_CASE: Final = frozenset({"case.evidence_added", EXPORTED})
_MANY = 400
_RULE = "\n" + "-" * 70 + "\n\n"

Held = Row[Any]
"""A row by its columns: thousands are read at once, and none of them is changed."""


@dataclass
class Piece:
    """One piece of evidence with all that is handed over of it."""

    evidence: Held
    key: WrappedKey | None = None
    objects: list[Held] = field(default_factory=list)
    deliveries: list[Held] = field(default_factory=list)
    entries: list[Held] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    """The details of the entries, in their order."""

    @property
    def number(self) -> str:
        """How people call it: the place of its receipt in the ledger."""
        return f"D-{self.entries[0].position:04d}"

    @property
    def said(self) -> dict[str, str]:
        """The digest of each row, by the latest entry at hand that speaks of it."""
        return {key: digest for one in self.opened for key, digest in one["rows"].items()}

    @cached_property
    def bound(self) -> dict[str, Any]:
        """The rows that the entries at hand bind, by their keys in the ledger."""
        said = self.said
        rows = (
            (EvidenceRecord, [self.evidence]),
            (ObjectRecord, self.objects),
            (DeliveryRecord, self.deliveries),
        )
        found = {}
        for table, some in rows:
            places = _places(table)
            for row in some:
                # As `row_digest` does it, but the text that is hashed is what is handed over.
                values = {name: row[at] for name, at in places if row[at] is not None}
                text, key = canonical(values), _key_of(table, row)
                if said.get(key) == hashlib.sha256(text).hexdigest():
                    found[key] = json.loads(text)
        return found

    def latest(self, role: str) -> Held | None:
        """Return the latest object of a role."""
        found = [one for one in self.objects if one.role == role]
        return max(found, key=lambda one: (one.made_at, one.name)) if found else None


def note_hand_over(session: Session, evidence_ids: Sequence[UUID], over: HandOver) -> None:
    """Say in the ledger of each piece that it is handed over; before a byte of it leaves."""
    for evidence_id in evidence_ids:
        record(
            session,
            EXPORTED,
            at=over.made_at,
            actor=over.made_by,
            subject=f"evidence:{evidence_id}",
            case_id=over.case_id,
            export=over.id,
            recipient=over.recipient,
            purpose=over.purpose,
            redacted=over.redacted,
        )


def handed_over(session: Session, evidence_ids: Sequence[UUID], over: HandOver) -> bool:
    """Tell whether an earlier try has said so already: one hand-over is told once."""
    query = select(LedgerDetailRecord.details).where(
        LedgerDetailRecord.subject == f"evidence:{evidence_ids[0]}",
        LedgerDetailRecord.kind == EXPORTED,
    )
    told = (json.loads(details)["facts"]["export"] for details in session.scalars(query))
    return str(over.id) in told


def note_made(session: Session, contents: Contents, over: HandOver) -> None:
    """Bind the bundle's contents in the ledger: every file but proofs and time-stamps."""
    record(
        session,
        MADE,
        at=over.made_at,
        actor=over.made_by,
        subject=f"export:{over.id}",
        case_id=over.case_id,
        contents_sha256=contents.listing.sha256,
        recipient=over.recipient,
        purpose=over.purpose,
        redacted=over.redacted,
        evidence=list(contents.evidence),
    )


def gather(
    session: Session,
    evidence_ids: Sequence[UUID],
    over: HandOver,
    documents: Sequence[Document] = (),
    paper: Paper | None = None,
) -> Contents:
    """Return what the bundle holds besides its proofs; `note_hand_over` must be committed.

    `paper` says what the recipient must know of the booklet. Raises `EvidenceNotFound`,
    `EvidenceErased`, `NotRedacted`.
    """
    pieces = _pieces(session, evidence_ids)
    _leave_out_shut(session, pieces, over)
    names = pseudonyms(pieces, over) if over.redacted else names_of(session, pieces)
    if over.redacted:
        over = replace(over, made_by_name=names[over.made_by])
    now = head(session)
    known = _numbered(pieces, paper)
    key = fingerprint(now.public_key)
    files = [
        at_hand("check.py", check_program()),
        at_hand("LAES-MIG.txt", readme(over, len(pieces), key, documents, known)),
        *(at_hand(f"documents/{one.name}", one.data) for one in documents),
    ]
    items = []
    closed: set[int] = set()
    custody: dict[str, dict[str, Any]] = defaultdict(dict)
    texts: dict[str, list[str]] = defaultdict(list)
    for at, piece in enumerate(pieces):
        item, of_piece = _item(piece, over, portion(at))
        items.append(item)
        files += of_piece
        left_out = _closed(piece, over)
        closed |= left_out
        rows = {} if over.redacted else piece.bound
        custody[item["custody"]][piece.number], text = custody_of(
            piece, names, rows, over, left_out
        )
        texts[item["custody"]].append(text)
    for path, told in custody.items():
        text = _RULE.join(texts[path]).replace("\n", "\r\n")
        files += [as_json(path, told), at_hand(f"{path[:-5]}.txt", ("\ufeff" + text).encode())]
    files.append(as_json("evidence.json", _index(over, now.origin, now.public_key, items)))
    if over.redacted:
        redactions = [redaction(one, _redacted_path(one)) for one in pieces]
        files.append(as_json("redaction.json", {"redactions": redactions}))
    positions = {one.evidence.id: tuple(e.position for e in one.entries) for one in pieces}
    ids = tuple(one.evidence.id for one in pieces)
    return Contents(tuple(files), ids, positions, frozenset(closed))


def _closed(piece: Piece, over: HandOver) -> frozenset[int]:
    """Return where the entries stand of which only kind and moment are told."""
    if not over.redacted:
        return frozenset()
    return frozenset(entry.position for entry in piece.entries) - shown(piece, over)


def _numbered(pieces: Sequence[Piece], paper: Paper | None) -> Paper:
    """Return what is to be known of the booklet, the pieces apart from it by their numbers."""
    found = paper or Paper()
    numbers = {one.evidence.id: one.number for one in pieces}
    apart = (numbers[one] for one in found.apart if one in numbers)
    return replace(found, numbers=tuple(apart))


def _pieces(session: Session, evidence_ids: Sequence[UUID]) -> list[Piece]:
    ids = list(dict.fromkeys(evidence_ids))
    rows = {one.id: one for one in _rows(session, EvidenceRecord, EvidenceRecord.id, ids)}
    if missing := [one for one in ids if one not in rows]:
        raise EvidenceNotFound(str(missing[0]))
    pieces = {one: Piece(rows[one]) for one in ids}
    for key in _rows(session, WrappedKeyRecord, WrappedKeyRecord.evidence_id, ids):
        pieces[key.evidence_id].key = WrappedKey(key.key_id, key.wrapped)
    for stored in _rows(session, ObjectRecord, ObjectRecord.evidence_id, ids):
        pieces[stored.evidence_id].objects.append(stored)
    for delivery in _rows(session, DeliveryRecord, DeliveryRecord.evidence_id, ids):
        pieces[delivery.evidence_id].deliveries.append(delivery)
    subjects = {f"evidence:{one}": one for one in ids}
    for entry in _rows(session, LedgerDetailRecord, LedgerDetailRecord.subject, list(subjects)):
        pieces[subjects[str(entry.subject)]].entries.append(entry)
    for piece in pieces.values():
        piece.entries.sort(key=lambda one: one.position)
        piece.opened = [json.loads(one.details) for one in piece.entries]
        if piece.key is None or not piece.entries or piece.evidence.erased_at is not None:
            raise EvidenceErased(str(piece.evidence.id))
    return sorted(pieces.values(), key=lambda one: one.entries[0].position)


def _leave_out_shut(session: Session, pieces: Sequence[Piece], over: HandOver) -> None:
    """Leave out that a piece also joined a restricted case, or was handed over from there.

    That there is such a case is nobody's outside its circle, and least of all a recipient's.
    Where such an entry alone vouches for a row that is handed over, it stays.
    """
    joined = {one.case_id for piece in pieces for one in piece.entries if one.kind in _OF_A_CASE}
    others = joined - {None, over.case_id}
    if not others:
        return
    query = select(CaseRecord.id).where(
        CaseRecord.id.in_(others),
        CaseRecord.restricted.is_(True),
        CaseRecord.merged_into.is_distinct_from(over.case_id),
    )
    shut = set(session.scalars(query))
    for piece in pieces:
        kept = [
            (entry, told)
            for entry, told in zip(piece.entries, piece.opened, strict=True)
            if entry.kind not in _OF_A_CASE or entry.case_id not in shut
        ]
        without = replace(
            piece, entries=[one for one, _ in kept], opened=[told for _, told in kept]
        )
        if without.bound == piece.bound:
            piece.entries, piece.opened = without.entries, without.opened


def _rows(session: Session, table: Any, column: Any, wanted: Sequence[Any]) -> Iterator[Held]:
    columns = table.__table__
    for start in range(0, len(wanted), _MANY):
        query = select(columns).where(column.in_(wanted[start : start + _MANY]))
        yield from session.execute(query.order_by(*columns.primary_key.columns))


def _item(piece: Piece, over: HandOver, place: int) -> tuple[dict[str, Any], list[File]]:
    """Return what the index says of a piece, and its files."""
    number, evidence = piece.number, piece.evidence
    item: dict[str, Any] = {
        "id": str(evidence.id),
        "number": number,
        "custody": f"custody/custody-{place}.json",
        "entries": f"ledger/evidence-{place}.json",
        "original": None,
        "readings": [],
        "parent": str(evidence.parent_id) if evidence.parent_id else None,
    }
    if over.redacted:
        return item, [_redacted_file(piece)]
    original = piece.latest(ORIGINAL)
    if original is None:
        raise EvidenceErased(str(evidence.id))
    path = safe_name(evidence.filename, number, "originals", evidence.media_type)
    item |= {"filename": evidence.filename, "type": evidence.media_type}
    item["original"] = {"path": path, "sha256": original.sha256, "size": original.size}
    files = [_file(path, original, piece)]
    for told, file in _readings(piece):
        item["readings"].append(told)
        files.append(file)
    return item, files


def _readings(piece: Piece) -> Iterator[tuple[dict[str, Any], File]]:
    count: dict[str, int] = defaultdict(int)
    for one in sorted(piece.objects, key=lambda one: (one.made_at, one.label or "", one.name)):
        if one.role in LEFT_OUT or _key_of(ObjectRecord, one) not in piece.bound:
            continue
        count[one.role] += 1
        ending = ENDINGS.get(one.media_type) or (one.label or "").rpartition(".")[2]
        name = f"{one.role}-{count[one.role]}.{ending}"
        path = safe_name(name, piece.number, f"readings/{piece.number}")
        told = {"path": path, "object": one.name, "role": one.role, "made_by": one.made_by}
        yield told | {"label": one.label}, _file(path, one, piece)


def _redacted_file(piece: Piece) -> File:
    return _file(_redacted_path(piece), redacted_object(piece), piece)


def _redacted_path(piece: Piece) -> str:
    ending = ENDINGS.get(redacted_object(piece).media_type, "bin")
    return f"redacted/{piece.number}.{ending}"


def _file(path: str, stored: Held, piece: Piece) -> File:
    kept = Stored(stored.name, stored.size, stored.segments, stored.sha256, stored.sealed_sha256)
    return File(path, stored.size, stored.sha256, stored=kept, key=piece.key)


@cache
def _places(table: type[Protected]) -> tuple[tuple[str, int], ...]:
    """Return each column that the ledger binds, and where it stands in a row of the table."""
    order = {column.name: at for at, column in enumerate(table.__table__.columns)}
    return tuple((name, order[name]) for name in table.protected_columns())


def _key_of(table: type[Protected], row: Held) -> str:
    """Name a row as the ledger does (`Protected.row_key`); these tables have one key each."""
    (key,) = table.__table__.primary_key.columns
    return f"{table.__table__.name}:{getattr(row, key.name)}"


def _index(
    over: HandOver, origin: str, public_key: bytes, items: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "origin": origin,
        "public_key_fingerprint": fingerprint(public_key),
        "export": {
            "id": str(over.id),
            "made_at": over.made_at.isoformat(),
            "made_by": over.made_by_name,
            "municipality": over.municipality,
            "recipient": over.recipient,
            "purpose": over.purpose,
            "case": over.case,
            "redacted": over.redacted,
        },
        "items": items,
    }
