import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from archive.errors import CommitUnknown, StorageFull, TransactionLost, UnrecordedChange
from archive.ledger.gate import Gate, GateClosed
from archive.ledger.log import record
from archive.records.ledger import LedgerEntryRecord
from archive.records.people import UnitRecord
from archive.search.documents import marked_words
from archive.search.following import searchable
from tests.archive.house import NOW, House
from tests.archive.search.test_finding import listed, wish


def add_unit(name: str) -> Callable[[Session], UUID]:
    def act(session: Session) -> UUID:
        unit = UnitRecord(id=uuid4(), name=name)
        session.add(unit)
        record(session, "unit.added", at=NOW, subject=unit)
        return unit.id

    return act


def units(house: House) -> set[str]:
    with house.database.reading() as session:
        return set(session.scalars(select(UnitRecord.name)))


class Together:
    """Holds the gate until acts wait, so that they are committed as one group."""

    def __init__(self, gate: Gate) -> None:
        self._open = threading.Event()
        self._held = threading.Event()
        self.first = gate.submit(self._wait)
        self._held.wait(30)

    def _wait(self, session: Session) -> None:
        del session
        self._held.set()
        self._open.wait(30)

    def release(self) -> None:
        self._open.set()


def commits_of(house: House) -> list[int]:
    """Count commits of the writing engine from now on."""
    counted: list[int] = []
    event.listen(house.database.engine, "commit", lambda _connection: counted.append(1))
    return counted


def test_sixty_four_acts_share_one_commit(archive_house: House) -> None:
    together = Together(archive_house.gate)
    commits = commits_of(archive_house)
    waiting = [archive_house.gate.submit(add_unit(f"unit {number}")) for number in range(64)]
    together.release()

    assert len({future.result(30) for future in waiting}) == 64
    assert len(commits) == 1
    assert len(units(archive_house)) == 64
    assert archive_house.verify().ok


def test_an_act_that_fails_takes_no_other_with_it(archive_house: House) -> None:
    def fail(session: Session) -> None:
        add_unit("half done")(session)
        session.flush()
        raise LookupError("no such thing")

    together = Together(archive_house.gate)
    before = archive_house.gate.submit(add_unit("before"))
    failing = archive_house.gate.submit(fail)
    after = archive_house.gate.submit(add_unit("after"))
    together.release()

    with pytest.raises(LookupError):
        failing.result(30)
    before.result(30)
    after.result(30)
    assert units(archive_house) == {"before", "after"}
    assert archive_house.verify().ok


def test_what_an_act_wanted_found_is_not_when_it_fails(archive_house: House) -> None:
    piece = archive_house.receive(b"a note", "note.txt", actor="person:1")

    def fail(session: Session) -> None:
        searchable(session, piece.id, marked_words(["gedeost"]))
        raise LookupError("no such thing")

    together = Together(archive_house.gate)
    other = archive_house.gate.submit(add_unit("other"))
    failing = archive_house.gate.submit(fail)
    together.release()

    with pytest.raises(LookupError):
        failing.result(30)
    other.result(30)
    assert listed(archive_house, wish("gedeost"))[0] == []
    archive_house.gate.run(lambda session: searchable(session, piece.id, marked_words(["gedeost"])))
    assert [one for one, _ in listed(archive_house, wish("gedeost"))[0]] == [piece.id]


def test_a_row_that_the_database_refuses_takes_no_other_with_it(archive_house: House) -> None:
    archive_house.gate.run(add_unit("taken"))
    together = Together(archive_house.gate)
    refused = archive_house.gate.submit(add_unit("taken"))
    after = archive_house.gate.submit(add_unit("free"))
    together.release()

    with pytest.raises(Exception, match=r"(?i)unique"):
        refused.result(30)
    after.result(30)
    assert units(archive_house) == {"taken", "free"}
    assert archive_house.verify().ok


def test_an_unrecorded_change_is_refused_and_takes_no_other_with_it(archive_house: House) -> None:
    def silent(session: Session) -> None:
        session.add(UnitRecord(name="silent"))

    together = Together(archive_house.gate)
    refused = archive_house.gate.submit(silent)
    after = archive_house.gate.submit(add_unit("after"))
    together.release()

    with pytest.raises(UnrecordedChange, match="units"):
        refused.result(30)
    after.result(30)
    assert units(archive_house) == {"after"}
    assert archive_house.verify().ok


def test_what_can_only_fail_at_the_commit_takes_no_other_with_it(archive_house: House) -> None:
    """An entry's facts are written last of all; these cannot be written."""

    def unwritable(session: Session) -> None:
        add_unit("unwritable")(session)
        record(session, "unit.measured", at=NOW, size=float("nan"))

    together = Together(archive_house.gate)
    before = archive_house.gate.submit(add_unit("before"))
    refused = archive_house.gate.submit(unwritable)
    after = archive_house.gate.submit(add_unit("after"))
    together.release()

    with pytest.raises(ValueError, match="JSON"):
        refused.result(30)
    before.result(30)
    after.result(30)
    assert units(archive_house) == {"before", "after"}
    assert archive_house.verify().ok


def test_a_failing_commit_is_told_to_all_and_leaves_nothing(archive_house: House) -> None:
    @event.listens_for(archive_house.database.engine, "before_cursor_execute")
    def break_head(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE ledger_head"):
            raise OSError("the disk went away")

    together = Together(archive_house.gate)
    waiting = [archive_house.gate.submit(add_unit(str(number))) for number in range(3)]
    together.release()

    for future in waiting:
        with pytest.raises(OSError, match="went away"):
            future.result(30)
    event.remove(archive_house.database.engine, "before_cursor_execute", break_head)
    assert units(archive_house) == set()
    archive_house.gate.run(add_unit("afterwards"))
    assert archive_house.verify().ok


def test_a_transaction_that_the_database_gave_up_is_never_taken_for_a_commit(
    archive_house: House,
) -> None:
    """SQLite rolls back by itself on some errors; an act that survives the error must not go on."""
    if archive_house.database.path is None:
        return

    def lose(session: Session) -> None:
        session.connection().connection.driver_connection.rollback()  # type: ignore[union-attr]  # as SQLite does

    together = Together(archive_house.gate)
    before = archive_house.gate.submit(add_unit("before"))
    losing = archive_house.gate.submit(lose)
    after = archive_house.gate.submit(add_unit("after"))
    together.release()

    with pytest.raises(TransactionLost):
        losing.result(30)
    before.result(30)
    after.result(30)
    assert units(archive_house) == {"before", "after"}
    assert archive_house.verify().ok


def test_a_full_database_is_told_as_such_and_the_gate_goes_on(archive_house: House) -> None:
    if archive_house.database.path is None:
        return

    @event.listens_for(archive_house.database.engine, "begin")
    def limit(connection: object) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()  # type: ignore[attr-defined]  # a Connection has it
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]  # a Connection has it

    def much(session: Session) -> None:
        record(session, "unit.described", at=NOW, text="x" * 5_000_000)

    with pytest.raises(StorageFull):
        archive_house.gate.run(much)

    event.remove(archive_house.database.engine, "begin", limit)
    with archive_house.database.engine.connect() as link:
        link.exec_driver_sql("PRAGMA max_page_count=1073741823")
    assert archive_house.verify().ok


def test_a_commit_whose_end_is_unknown_is_told_as_such(archive_house: House) -> None:
    """The server goes away between the question and the answer of a COMMIT."""
    if archive_house.database.path is not None:
        return

    def sever(session: Session) -> UUID:
        done = add_unit("severed")(session)
        own = session.connection().connection.driver_connection.info.backend_pid  # type: ignore[union-attr]  # it is psycopg that answers
        event.listen(
            archive_house.database.engine,
            "commit",
            lambda _connection: _terminate(archive_house, own),
            once=True,
        )
        return done

    with pytest.raises(CommitUnknown):
        archive_house.gate.run(sever)
    archive_house.gate.run(add_unit("afterwards"))

    assert "afterwards" in units(archive_house)
    assert archive_house.verify().ok


def test_a_closed_gate_commits_what_waits_and_refuses_what_comes(archive_house: House) -> None:
    together = Together(archive_house.gate)
    waiting = archive_house.gate.submit(add_unit("waiting"))
    together.release()

    archive_house.gate.close()

    assert waiting.done()
    with pytest.raises(GateClosed):
        archive_house.gate.submit(add_unit("late"))
    archive_house.gate.close()


def test_entries_stand_in_the_order_of_their_acts(archive_house: House) -> None:
    for number in range(5):
        archive_house.gate.run(add_unit(f"unit {number}"))

    with archive_house.database.reading() as session:
        positions = session.scalars(select(LedgerEntryRecord.position)).all()
        counted = session.scalar(select(func.count()).select_from(LedgerEntryRecord))

    assert sorted(positions) == list(range(counted or 0)) == list(range(5))


def test_acts_of_one_kind_share_their_statements(archive_house: House) -> None:
    calls: list[int] = []

    def add_all(session: Session, names: Sequence[str]) -> list[UUID]:
        calls.append(len(names))
        return [add_unit(name)(session) for name in names]

    with ThreadPoolExecutor(5) as threads:
        together = Together(archive_house.gate)
        other = archive_house.gate.submit(add_unit("by itself"))
        names = [f"unit {number}" for number in range(4)]
        waiting = [threads.submit(archive_house.gate.run_together, add_all, name) for name in names]
        _until_waiting(archive_house.gate, 5)
        together.release()
        added = [future.result(30) for future in waiting]

    assert calls == [4]
    assert len({*added, other.result(30)}) == 5
    assert units(archive_house) == {"by itself", *names}
    assert archive_house.verify().ok


def test_where_acts_of_one_kind_fail_together_each_is_done_alone(archive_house: House) -> None:
    archive_house.gate.run(add_unit("taken"))

    def add_all(session: Session, names: Sequence[str]) -> list[UUID]:
        return [add_unit(name)(session) for name in names]

    with ThreadPoolExecutor(3) as threads:
        together = Together(archive_house.gate)
        waiting = {
            name: threads.submit(archive_house.gate.run_together, add_all, name)
            for name in ("one", "taken", "two")
        }
        _until_waiting(archive_house.gate, 3)
        together.release()

        with pytest.raises(Exception, match=r"(?i)unique"):
            waiting.pop("taken").result(30)
        for future in waiting.values():
            future.result(30)

    assert units(archive_house) == {"taken", "one", "two"}
    assert archive_house.verify().ok


def test_equal_deliveries_that_arrive_together_are_one_piece_of_evidence(
    archive_house: House,
) -> None:
    with ThreadPoolExecutor(4) as threads:
        together = Together(archive_house.gate)
        same = [threads.submit(archive_house.receive, b"same", "a.txt") for _ in range(3)]
        other = threads.submit(archive_house.receive, b"other", "a.txt")
        _until_waiting(archive_house.gate, 4)
        together.release()
        kept = [future.result(30) for future in same]

    assert len({one.id for one in kept}) == 1
    assert sorted(one.joined for one in kept) == [False, True, True]
    assert other.result(30).joined is False
    assert archive_house.read(kept[0].id) == b"same"
    assert len(archive_house.stored()) == 2
    assert archive_house.verify().ok


def _until_waiting(gate: Gate, count: int) -> None:
    for _ in range(3000):
        if gate.waiting >= count:
            return
        time.sleep(0.01)
    raise AssertionError("the acts never came to the gate")


def _terminate(house: House, backend: int) -> None:
    with house.database.read_only_engine.connect() as link:
        link.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
