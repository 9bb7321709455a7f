"""Gathering a Bilagshæfte: what each piece says, how that is known, who saw it; nothing private."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.export.package import NOT_TOLD, HandOver
from archive.ledger.checkpoint import fingerprint
from archive.ledger.log import head
from archive.ledger.outside import first_heads_over
from archive.records.cases import CaseRecord, CircumstanceRecord
from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord
from service.casework.cases.course import shipped_procedure
from service.casework.cases.listing import accounts_in, harassed_in, unit_names
from service.casework.evidence.numbers import receipts
from service.casework.exporting.annexes import annexes_of
from service.casework.exporting.private import originals_with_private
from service.documents.private import refuse_private
from service.documents.values import Account, Booklet, Colleague, Contact, Outside, Proof
from service.installation import Installation

_OFFENCES = ("threat", "violence", "unlawful", "defamation", "repeated", "others_threatened")
"""Circumstances that say what a case is about; others are for the house itself."""

_INNER = frozenset({"wish"})
"""What an employee wishes of the employer is nobody else's."""


def booklet_of(
    session: Session,
    installation: Installation,
    over: HandOver,
    pieces: Sequence[UUID],
    *,
    attach: bool = False,
) -> Booklet:
    """Return the booklet of these pieces, each in the order of time.

    A redacted one names nobody of ours. The caller has looked at the rights (`may_hand_over`)
    and tells the ledger. Raises `PrivateContact` where a field that we write holds a private
    address of one of ours, `NotRedacted` where a piece of a redacted one was not covered.
    """
    settings = installation.settings
    rows = standing_in(session, pieces)
    case = session.get(CaseRecord, over.case_id) if over.case_id else None
    concerned, workplace = _concerned(session, case)
    if over.redacted:
        concerned = tuple(Colleague("") for _ in concerned)
    gathered = annexes_of(
        session,
        installation.vault,
        rows,
        directed_at=_directed_at(concerned, workplace=workplace, name=settings.municipality),
        redacted=over.redacted,
        attach=attach and not over.redacted,
    )
    booklet = Booklet(
        made_at=over.made_at,
        made_by=None if over.redacted else over.made_by_name,
        recipient=_told(over.recipient),
        purpose=_told(over.purpose),
        case=over.case,
        offence=_offence(session, case, settings.document_language),
        concerned=concerned,
        workplace=workplace,
        accounts=() if over.redacted else _accounts(session, case),
        annexes=gathered.annexes,
        contact=Contact(
            settings.municipality,
            _colleague(session, case.handler_id) if case and not over.redacted else None,
            settings.workplace_address,
            settings.contact_phone,
            settings.contact_email,
        ),
        proof=_proof(session, rows),
        redacted=over.redacted,
        left_out=len(pieces) - len(rows),
        stands=tuple(row.id for row in rows),
        private_in=originals_with_private(session, gathered.annexes),
        images=gathered.images,
    )
    refuse_private(_written(booklet), settings)
    return booklet


def standing_in(session: Session, pieces: Sequence[UUID]) -> list[EvidenceRecord]:
    """Return the pieces that stand in a booklet: never what is sealed off, erased or inner."""
    found: list[EvidenceRecord] = []
    for start in range(0, len(pieces), 400):
        query = select(EvidenceRecord).where(
            EvidenceRecord.id.in_(pieces[start : start + 400]),
            EvidenceRecord.erased_at.is_(None),
            EvidenceRecord.sealed_off_at.is_(None),
            EvidenceRecord.kind.not_in(_INNER),
        )
        found.extend(session.scalars(query))
    return found


def _concerned(session: Session, case: CaseRecord | None) -> tuple[tuple[Colleague, ...], bool]:
    if case is None:
        return (), False
    found: list[Colleague] = []
    workplace = False
    for one in harassed_in(session, case):
        if one.kind == "employee":
            found.append(_colleague(session, one.person_id) or Colleague(one.name))
        elif one.kind == "workplace":
            workplace = True
        # Somebody of the family has no workplace's address, and is told to the police by people.
    return tuple(found), workplace


def _colleague(session: Session, person_id: UUID | None) -> Colleague | None:
    person = session.get(PersonRecord, person_id) if person_id else None
    if person is None:
        return None
    unit = unit_names(session).get(person.unit_id) if person.unit_id else None
    return Colleague(person.name, person.title, unit)


def _directed_at(concerned: Sequence[Colleague], *, workplace: bool, name: str) -> tuple[str, ...]:
    named = (one.name for one in concerned if one.name)
    return (*named, *((name,) if workplace else ()))


def _accounts(session: Session, case: CaseRecord | None) -> tuple[Account, ...]:
    if case is None:
        return ()
    return tuple(
        Account(one.platform, one.name, one.address, one.known)
        for one in accounts_in(session, case)
    )


def _offence(session: Session, case: CaseRecord | None, language: str) -> tuple[str, ...]:
    if case is None:
        return ()
    query = select(CircumstanceRecord).where(CircumstanceRecord.case_id == case.id)
    latest = {
        one.name: one.holds for one in session.scalars(query.order_by(CircumstanceRecord.stated_at))
    }
    named = {one.id: one.word for one in shipped_procedure(case.procedure).circumstances}
    return tuple(
        named[name].within(language) for name in _OFFENCES if latest.get(name) and name in named
    )


def _proof(session: Session, rows: Sequence[EvidenceRecord]) -> Proof:
    now = head(session)
    positions = receipts(session, [one.id for one in rows])
    # A head over the latest receipt speaks for all earlier ones as well.
    outside = first_heads_over(session, max(positions.values())) if positions else []
    return Proof(
        fingerprint(now.public_key),
        now.size,
        now.root.hex(),
        tuple(Outside(one.kind, one.authority, one.made_at) for one in outside),
    )


def _written(booklet: Booklet) -> dict[str, str]:
    """Return the fields that we write ourselves, by name; quotations are not among them.

    The recipient is none: it names whoever gets it, often by a mail address, and is nobody's
    private contact.
    """
    fields = {"purpose": booklet.purpose, "by": booklet.made_by or ""}
    colleagues = [*booklet.concerned, *filter(None, [booklet.contact.person])]
    for number, one in enumerate(colleagues):
        fields[f"person-{number}"] = " ".join(
            part for part in (one.name, one.title, one.unit) if part
        )
    for annex in booklet.annexes:
        names = (*annex.directed_at, annex.handed_in_by, *(seen.name for seen in annex.seen_by))
        fields[f"annex-{annex.number}"] = " · ".join(name for name in names if name)
    return fields


def _told(named: str) -> str:
    """Return who or what was named; a booklet has no line for what nobody said."""
    return "" if named == NOT_TOLD else named
