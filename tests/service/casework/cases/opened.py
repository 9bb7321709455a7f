"""Cases for tests, opened through the product's own door, and what the ledger says of acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select

from archive.ledger.verify import verify
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.people import add_person, give_role
from service.access.principal import Principal
from service.casework.cases.course import course_of, shipped_procedure
from service.casework.cases.finding import find_case
from service.casework.cases.opening import open_case
from service.casework.cases.steps import end_case_step
from service.installation import Installation
from service.procedure.closing import missing_for_closing
from service.procedure.model import Outcome
from tests.service.conftest import Time, Town

ISHOEJ = "ishoej"


def open_one(
    installation: Installation,
    town: Town,
    time: Time,
    *,
    harassed: Sequence[PersonRecord] | None = None,
    unit: UnitRecord | None = None,
) -> str:
    """Open a case of the library's, in which Anna is harassed, and return its number."""
    with installation.database.writing() as session:
        case = open_case(
            session,
            procedure=shipped_procedure(ISHOEJ),
            unit_id=(unit or town.library).id,
            harassed=[town.anna] if harassed is None else harassed,
            accounts=[],
            evidence=[],
            now=time.now,
        )
        return case.number


def employ(
    installation: Installation,
    time: Time,
    name: str,
    *roles: str,
    unit: UnitRecord,
    everywhere: bool = False,
) -> PersonRecord:
    """Add a person with roles in a unit, or everywhere."""
    with installation.database.writing() as session:
        email = f"{name.split(maxsplit=1)[0].lower()}.{len(name)}@kommune.example"
        person = add_person(
            session, name=name, email=email, unit_id=unit.id, now=time.now, actor="system"
        )
        for role in roles:
            where = None if everywhere else unit.id
            give_role(session, person, role, unit_id=where, now=time.now, actor="system")
    return person


def roles_of(installation: Installation, person: PersonRecord) -> list[RoleRecord]:
    with installation.database.reading() as session:
        return list(session.scalars(select(RoleRecord).where(RoleRecord.person_id == person.id)))


def end_every_step(
    installation: Installation, who: Principal, number: str, time: Time, *, but: str = ""
) -> None:
    """Waive every step that can be, in the order that the procedure asks for."""
    for _ in range(100):
        with installation.database.reading() as session:
            case = find_case(session, who, number, time.now).case
            course = course_of(session, case)
        missing = missing_for_closing(course.procedure, course.endings, course.facts, time.now)
        ready = [one.step.id for one in missing if not one.waiting_for and one.step.id != but]
        if not ready:
            return
        with installation.database.writing() as session:
            end_case_step(
                session,
                who,
                number,
                ready[0],
                outcome=Outcome.WAIVED,
                reason="Øvelse",
                now=time.now,
            )
    raise AssertionError("the procedure never ends")


@contextmanager
def leaves_one_entry(installation: Installation, kind: str) -> Iterator[None]:
    """The act inside leaves exactly one entry, of this kind, and a ledger without findings."""
    with leaves_entries(installation, kind):
        yield


@contextmanager
def leaves_entries(installation: Installation, *expected: str) -> Iterator[None]:
    """The act inside leaves exactly these entries, and a ledger without findings."""
    before = len(kinds(installation))
    yield
    assert kinds(installation)[before:] == list(expected)
    assert_clean(installation)


@contextmanager
def leaves_no_entry(installation: Installation) -> Iterator[None]:
    """What is refused inside leaves nothing behind."""
    before = kinds(installation)
    yield
    assert kinds(installation) == before
    assert_clean(installation)


def kinds(installation: Installation) -> list[str]:
    query = select(LedgerDetailRecord.kind).order_by(LedgerDetailRecord.position)
    with installation.database.reading() as session:
        return list(session.scalars(query))


def assert_clean(installation: Installation) -> None:
    report = verify(
        installation.database, installation.objects, public_key=installation.signer.public_key
    )
    assert report.ok, report.to_json()
