"""Something in every protected table of people: who, in what role, how they come in, a phone."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from archive.intake.receive import Kept
from archive.ledger.log import record
from archive.records.factors import CodeAppRecord, PasskeyRecord, RecoveryCodeRecord
from archive.records.identities import IdentityRecord
from archive.records.organisation import AbsenceRecord, DeputyRecord, DutyRecord
from archive.records.people import (
    CredentialRecord,
    PersonRecord,
    RoleRecord,
    RosterRecord,
    TokenRecord,
    UnitRecord,
)
from archive.records.phones import PhoneFileRecord, PhoneLinkRecord, PhoneRecord
from archive.records.rights import RightsChangeRecord
from archive.records.tellings import TellingRecord, WorkingHoursRecord
from archive.records.ways_in import (
    FirstStartRecord,
    InvitationRecord,
    MunicipalityRecord,
    SealedSecretRecord,
)
from archive.vault.sealing import WrappedKey
from tests.archive.house import NOW


def put_people(session: Session) -> tuple[UUID, list[UUID]]:
    """Put in a unit and two people, and return them."""
    unit = UnitRecord(id=uuid4(), name="Borgerservice")
    people = [
        PersonRecord(id=uuid4(), name=name, email=email, unit_id=unit.id, added_at=NOW)
        for name, email in (("Åse Øst", "aase@example.dk"), ("Bo Bæk", "bo@example.dk"))
    ]
    session.add(unit)
    session.flush()
    session.add_all(people)
    session.flush()
    one, two = people
    session.add_all(
        (
            CredentialRecord(person_id=one.id, password_hash="$argon2id$made-up", changed_at=NOW),
            IdentityRecord(
                issuer="https://login.example", subject="8f1c", person_id=one.id, linked_at=NOW
            ),
            RoleRecord(person_id=two.id, role="leader", unit_id=unit.id, since=NOW),
            TokenRecord(
                token_sha256="a" * 64,
                name="import",
                role="page_team",
                unit_id=None,
                made_at=NOW,
                expires_at=NOW + timedelta(days=90),
            ),
            RosterRecord(
                person_id=one.id, name=one.name, nicknames=["Åsen"], titles=["leder"], added_at=NOW
            ),
        )
    )
    entered = {"entered_at": NOW, "entered_by": "system"}
    session.add_all(
        (
            AbsenceRecord(person_id=one.id, since=NOW, **entered),
            DeputyRecord(person_id=one.id, deputy_id=two.id, since=NOW, **entered),
            WorkingHoursRecord(
                person_id=one.id, weekdays="24", begins="10:00", ends="12:30", **entered
            ),
            TellingRecord(
                kind="safety.case", person_id=one.id, made_at=NOW, outcome="moot", facts={"of": 1}
            ),
            DutyRecord(
                person_id=two.id,
                first_day="2027-02-01",
                weekdays="12345",
                begins="16:00",
                ends="08:00",
                **entered,
            ),
            RightsChangeRecord(
                action="case.see",
                role="hr",
                before=[["status", "circle", "invited"]],
                after=[],
                widens=False,
                reason="HR hører det af lederen",
                asked_at=NOW,
                asked_by=f"person:{two.id}",
                asked_by_id=two.id,
                ended_at=NOW,
                ended_by=f"person:{two.id}",
                version=1,
                differences='{"case.see":{"hr":[]}}',
            ),
        )
    )
    record(session, "person.added", at=NOW, actor="system", subject=one)
    return unit.id, [one.id, two.id]


def put_ways_in(session: Session, person: UUID) -> None:
    """Put in how the first person came in, what they said, an invitation and a sealed secret."""
    later = NOW + timedelta(days=7)
    session.add_all(
        (
            MunicipalityRecord(
                name="Havn Kommune", archive_address="arkiv@havn.example", named_at=NOW
            ),
            FirstStartRecord(secret_sha256="b" * 64, made_at=NOW, expires_at=later, used_at=NOW),
            InvitationRecord(
                person_id=person,
                email="aase@example.dk",
                secret_sha256="c" * 64,
                asked_at=NOW,
                told_at=NOW,
                expires_at=later,
            ),
            SealedSecretRecord(person_id=person, secret_sha256="d" * 64, made_at=NOW),
        )
    )
    record(session, "first_start.used", at=NOW, actor=f"person:{person}")


def put_phone(session: Session, person: UUID, kept: Kept) -> None:
    """Connect a phone by its link, from which something came."""
    lasts = NOW + timedelta(days=365)
    link = PhoneLinkRecord(
        id=uuid4(), secret_sha256="3" * 64, person_id=person, made_at=NOW, expires_at=lasts
    )
    session.add(link)
    session.flush()
    phone = PhoneRecord(
        id=uuid4(),
        secret_sha256="4" * 64,
        person_id=person,
        link_id=link.id,
        label="Android, Chrome",
        enrolled_at=NOW,
        expires_at=lasts,
    )
    file = PhoneFileRecord(
        person_id=person, file_id=uuid4(), share=uuid4(), evidence_id=kept.id, at=NOW
    )
    session.add_all((phone, file))
    record(session, "phone.enrolled", at=NOW, actor=f"person:{person}", subject=phone)


def put_second_factors(session: Session, person: UUID, key_of_app: WrappedKey) -> None:
    """Give a person an app, a passkey and a code of paper."""
    app = CodeAppRecord(
        person_id=person,
        key_id=key_of_app.key_id,
        wrapped=key_of_app.wrapped,
        made_at=NOW,
        last_step=1,
    )
    key = PasskeyRecord(
        person_id=person,
        credential_sha256="6" * 64,
        credential=b"6",
        name="Telefonen",
        made_at=NOW,
        uses=0,
    )
    code = RecoveryCodeRecord(person_id=person, code_sha256="8" * 64, made_at=NOW)
    session.add_all((app, key, code))
    record(session, "factor.added", at=NOW, actor=f"person:{person}", subject=app)
