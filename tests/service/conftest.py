"""One installation for each test, on SQLite and on PostgreSQL, with real parts throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.confinement.confinement import Confinement
from archive.database import Database
from archive.intake.receive import Intake
from archive.intake.room import Room
from archive.ledger.gate import Gate
from archive.ledger.log import open_log
from archive.records.people import PersonRecord, UnitRecord
from archive.vault.keys import load_signer, load_vault_key
from archive.vault.objects import LocalObjects
from archive.vault.vault import Vault
from service.access.people import add_person, add_unit, give_role, principal_of
from service.access.principal import Principal
from service.access.rights import shipped_rights
from service.clock import Clock
from service.installation import Installation, prepare_folder
from service.settings import Settings
from tests.databases import KINDS, Blanks, knowing
from tests.service.beginnings import begun

MONDAY = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


class Time:
    """The hands of a test's clock."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@dataclass(frozen=True)
class Town:
    """A small municipality: an employee and her leader, another unit's leader, an archivist."""

    centre: UnitRecord
    library: UnitRecord
    school: UnitRecord
    anna: PersonRecord
    bent: PersonRecord
    leader: PersonRecord
    other_leader: PersonRecord
    archivist: PersonRecord
    lawyer: PersonRecord


@pytest.fixture(scope="session")
def confinement() -> Iterator[Confinement]:
    with Confinement() as running:
        yield running


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with nothing in it but a program's token; each service gets a copy."""
    data = tmp_path_factory.mktemp("beginning") / "data"
    return data, begun(data)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    blanks: Blanks = request.getfixturevalue(f"{request.param}_blanks")
    yield blanks.url(tmp_path)
    blanks.forget()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "data",
        database_url=database_url,
        url="https://vaern.example",
        archive_address="arkiv@kommune.example",
        municipality="Havn Kommune",
        duty_phone="70 10 20 30",
        counselling_name="Rådgivningen",
        counselling_phone="70 40 50 60",
    )


@pytest.fixture
def open_again(
    settings: Settings, time: Time, confinement: Confinement
) -> Iterator[Callable[[], Installation]]:
    """Open the installation, as another process would: each call another one on the same data."""
    opened: list[Installation] = []

    def open_one() -> Installation:
        prepare_folder(settings.data)
        fresh = not opened
        signer = load_signer(settings.data / "keys" / "ledger.key", "test.example", make=fresh)
        key = load_vault_key(settings.data / "keys" / "vault.key", make=fresh)
        database = knowing(Database(settings.database, signer))
        with database.writing() as session:
            open_log(session, signer)
        objects = LocalObjects(settings.data / "objects")
        objects.prepare()
        vault, gate = Vault(objects, key), Gate(database)
        one = Installation(
            settings=settings,
            clock=Clock(time),
            database=database,
            objects=objects,
            vault=vault,
            gate=gate,
            intake=Intake(vault, gate),
            room=Room(settings.data, settings.reserve_bytes),
            confinement=confinement,
            signer=signer,
            rights=shipped_rights(),
        )
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.gate.close()
        one.database.close()


@pytest.fixture
def installation(open_again: Callable[[], Installation]) -> Installation:
    return open_again()


@pytest.fixture
def town(installation: Installation, time: Time) -> Town:
    with installation.database.writing() as session:
        actor, now = "system", time.now

        def unit(name: str, parent: UnitRecord | None = None) -> UnitRecord:
            return add_unit(session, name, now, parent=parent.id if parent else None, actor=actor)

        def person(
            name: str, email: str, place: UnitRecord, role: str | None = None
        ) -> PersonRecord:
            one = add_person(
                session, name=name, email=email, unit_id=place.id, now=now, actor=actor
            )
            if role is not None:
                everywhere = role in ("archivist", "lawyer")
                unit_id = None if everywhere else place.id
                give_role(session, one, role, unit_id=unit_id, now=now, actor=actor)
            return one

        centre = unit("Center for Kultur")
        library, school = unit("Biblioteket", centre), unit("Skolen")
        return Town(
            centre=centre,
            library=library,
            school=school,
            anna=person("Anna Holm", "anna@kommune.example", library),
            bent=person("Bent Lund", "bent@kommune.example", school),
            leader=person("Mette Leder", "mette@kommune.example", library, "leader"),
            other_leader=person("Ole Anden", "ole@kommune.example", school, "leader"),
            archivist=person("Arne Arkiv", "arne@kommune.example", centre, "archivist"),
            lawyer=person("Julie Jurist", "julie@kommune.example", centre, "lawyer"),
        )


@pytest.fixture
def asks(installation: Installation, time: Time) -> Callable[[PersonRecord], Principal]:
    """Return a person as one who asks now."""

    def one(person: PersonRecord) -> Principal:
        with installation.database.reading() as session:
            return principal_of(session, person, installation.rights, time.now)

    return one
