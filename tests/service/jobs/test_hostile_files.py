"""Two hundred hostile files through the real door and the real jobs: kept, judged, nothing left."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.ledger.verify import verify
from archive.records.evidence import EvidenceRecord, EvidenceState, ObjectRecord, ReadingRecord
from service.casework.evidence.readings import to_read
from service.installation import Installation
from service.jobs.reading import READING
from service.jobs.reading_lanes import LANES, MAILS
from tests.archive.reading.hostile import by_name
from tests.service.casework.mail.mails import hand_over, mail
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

_SAID = {None, "no_reader", "could_not_be_read", "too_slow", "too_much_memory", "too_much_output"}


# The same files on the other database would show nothing more.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_is_kept_byte_for_byte_with_a_clear_state_and_leaves_nothing(
    installation: Installation, time: Time, town: Town
) -> None:
    del town
    temporary = Path(tempfile.gettempdir())
    before = {entry.name for entry in os.scandir(temporary) if entry.stat().st_uid >= 60_000}
    sent = {}
    for name, data in by_name().items():
        about, envelope = About(filename=name), Envelope("upload", facts={"name": name})
        sent[installation.intake.receive(data, about, envelope, time.now).id] = data
    good = hand_over(installation, mail())

    work_off(installation, *LANES)

    with installation.database.reading() as session:
        every = session.scalars(select(EvidenceRecord)).all()
        rows = [row for row in every if row.parent_id is None]
        readings = session.scalars(select(ReadingRecord)).all()
        assert len(rows) == len(sent) + 1 >= 200
        assert {row.state for row in every} == {EvidenceState.READ, EvidenceState.UNREADABLE}
        assert {one.reason for one in readings} <= _SAID
        assert len(readings) == len(every)
        for row_id, data in sent.items():
            item = to_read(session, installation.vault, row_id)
            plain = b"".join(item.stream(installation.vault))
            assert hashlib.sha256(plain).digest() == hashlib.sha256(data).digest()
        assert session.get_one(EvidenceRecord, good.id).state == EvidenceState.READ
        roles = set(session.scalars(select(ObjectRecord.role)))
    assert roles == {"original", "reading", "preview", "thumbnail"}
    after = {entry.name for entry in os.scandir(temporary) if entry.stat().st_uid >= 60_000}
    assert after == before
    report = verify(
        installation.database,
        installation.objects,
        public_key=installation.signer.public_key,
    )
    assert report.ok, report.findings


def test_a_mail_does_not_wait_behind_documents(
    installation: Installation, time: Time, town: Town
) -> None:
    """Claimed and held documents fill their lane; the mail's own lane is empty."""
    del town
    installation.intake.receive(b"%PDF-1.7\nx", About(), Envelope("upload"), time.now)
    kept = hand_over(installation, mail())

    work_off(installation, MAILS)

    with installation.database.reading() as session:
        states = {row.id: row.state for row in session.scalars(select(EvidenceRecord))}
    assert states.pop(kept.id) == "read"
    assert set(states.values()) == {"received"}
    assert {lane.woken_as for lane in LANES} == {READING.name}
