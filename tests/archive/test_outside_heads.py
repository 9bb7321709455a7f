"""A ledger rewritten by its owner, who holds every key: found as soon as one head stands outside.

The attack is done in full: the tail is cut by going back to an older copy,
other things are entered in its place, and every head is signed anew with the
log's own key, so that nothing within the house contradicts anything else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from archive.ledger.apart import FolderApart, keep_apart
from archive.ledger.checks.findings import Finding, Kind
from archive.ledger.log import record
from archive.ledger.outside import OutsideHead, outside_heads
from archive.ledger.outside_files import (
    GivenHead,
    HeadTooLarge,
    NotAHead,
    notes_in,
    read_given,
)
from archive.ledger.stamps import Expected, judge, question
from archive.ledger.verify import Report, verify
from archive.records.ledger import LedgerDetailRecord, OutsideHeadRecord
from tests.archive.authority import Authority, found
from tests.archive.house import NOW, ORIGIN, House, copied_folder, opened_house
from tests.databases import SQLiteBlanks


@dataclass(frozen=True)
class Rewritten:
    """Where the owner's new truth lies, and what others have kept of the old one."""

    folder: Path
    note: str
    token: bytes
    kept: Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return found(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def rewritten(
    sqlite_blanks: SQLiteBlanks,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Rewritten:
    folder = tmp_path_factory.mktemp("rewritten")
    honest, older, kept = folder / "honest", folder / "older", folder / "kept"
    kept.mkdir()
    honest.mkdir()
    with opened_house(honest, sqlite_blanks.url(honest)) as house:
        house.receive(b"a threat", "first.txt")
        house.database.forget_deleted()
    copied_folder(honest, older)
    with opened_house(honest, f"sqlite:///{honest}/vaern.db") as house:
        house.receive(b"what the owner wants to be gone", "second.txt")
        head = house.head()
        token = stamped(house, authority)
        keep_apart(FolderApart(kept), head.note, ORIGIN, head.size, lambda: head.size)
    with opened_house(older, f"sqlite:///{older}/vaern.db") as house:
        for number in range(3):
            house.receive(f"something harmless {number}".encode(), "second.txt")
        house.database.forget_deleted()
    return Rewritten(older, head.note, token, kept)


def stamped(house: House, by: Authority, note: str | None = None) -> bytes:
    """Let an authority seal a head, and keep what it gave as the service does."""
    note, size = note or house.head().note, house.head().size
    asked = question(note.encode())
    token = by.reply(asked.request)
    stamp = judge(token, Expected(note.encode(), by.pins, asked.nonce))
    with house.database.writing() as session:
        row = OutsideHeadRecord(
            size=size,
            note=note,
            kind="timestamp",
            holder="https://authority.example/tsr",
            state="sealed",
            asked_at=NOW,
            asked_by="system",
            made_at=stamp.made_at,
            request=asked.request,
            token=token,
            certificates="".join(stamp.certificates),
        )
        session.add(row)
        record(session, "head.sealed_outside", at=NOW, subject=row)
    return token


@contextmanager
def reopened(folder: Path) -> Iterator[House]:
    with opened_house(folder, f"sqlite:///{folder}/vaern.db") as house:
        yield house


def check(folder: Path, *given: GivenHead, authorities: tuple[tuple[str, ...], ...] = ()) -> Report:
    with reopened(folder) as house:
        return verify(
            house.database,
            house.objects,
            public_key=house.signer.public_key,
            heads=given,
            authorities=authorities,
        )


def outside_findings(report: Report) -> list[Finding]:
    assert {one.kind for one in report.findings} <= {Kind.OUTSIDE_HEAD}
    return list(report.findings)


def test_from_within_the_rewritten_log_looks_whole(rewritten: Rewritten) -> None:
    report = check(rewritten.folder)

    assert report.ok
    assert [line for line in report.unchecked if line.startswith("outside head")]


def test_the_note_that_somebody_kept_finds_it(rewritten: Rewritten, tmp_path: Path) -> None:
    (tmp_path / "head.note").write_text(rewritten.note, "utf-8")

    report = check(rewritten.folder, *read_given(tmp_path / "head.note"))

    assert [one.id for one in outside_findings(report)] == ["head.note"]


def test_the_mail_that_a_witness_kept_finds_it(rewritten: Rewritten, tmp_path: Path) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "Segl"
    mail.set_content(f"Gem denne mail.\n\n{rewritten.note}\nHilsen æøå\n", cte="quoted-printable")
    (tmp_path / "mail.eml").write_bytes(mail.as_bytes())

    report = check(rewritten.folder, *read_given(tmp_path / "mail.eml"))

    assert [one.id for one in outside_findings(report)] == ["mail.eml"]


def test_the_store_that_writes_a_name_once_finds_it(rewritten: Rewritten) -> None:
    report = check(rewritten.folder, *read_given(rewritten.kept))

    assert len(outside_findings(report)) == 1


def test_the_time_stamp_alone_finds_it(
    rewritten: Rewritten, authority: Authority, tmp_path: Path
) -> None:
    """Its head is in no table of the older copy: a digest is all that is left, and it suffices."""
    (tmp_path / "head.tsr").write_bytes(rewritten.token)

    for authorities in ((), (authority.pins,)):
        report = check(
            rewritten.folder, *read_given(tmp_path / "head.tsr"), authorities=authorities
        )
        (one,) = outside_findings(report)
        assert (one.id, "no head of this log" in one.message) == ("head.tsr", True)


def test_the_honest_log_agrees_with_all_of_them(
    rewritten: Rewritten, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "head.tsr").write_bytes(rewritten.token)
    (tmp_path / "head.note").write_text(rewritten.note, "utf-8")
    honest = rewritten.folder.parent / "honest"

    report = check(
        honest,
        *read_given(tmp_path),
        *read_given(rewritten.kept),
        authorities=(authority.pins,),
    )

    assert report.ok
    assert report.unchecked == ()


def test_a_cut_tail_is_found_by_a_note_of_what_was_there(
    rewritten: Rewritten, sqlite_blanks: SQLiteBlanks, tmp_path: Path
) -> None:
    """A new, empty log under the same key: the shortest way to cut a tail."""
    copied_folder(rewritten.folder.parent / "honest" / "keys", tmp_path / "keys")
    with opened_house(tmp_path, sqlite_blanks.url(tmp_path)):
        pass

    (one,) = outside_findings(check(tmp_path, GivenHead("note", note=rewritten.note)))

    assert "the end of the log is missing" in one.message


@pytest.fixture
def other(sqlite_blanks: SQLiteBlanks, rewritten: Rewritten, tmp_path: Path) -> Iterator[House]:
    """A log made anew under the same key, into which the owner brings the old stored heads."""
    copied_folder(rewritten.folder.parent / "honest" / "keys", tmp_path / "keys")
    with opened_house(tmp_path, sqlite_blanks.url(tmp_path)) as house:
        for number in range(4):
            house.receive(b"made up afterwards %d" % number, "first.txt")
        yield house


def bring_in(house: House, **values: object) -> None:
    """Write a row about a head outside, and sign the ledger over it: its owner can."""
    given = {
        "kind": "timestamp",
        "holder": "https://authority.example/tsr",
        "state": "sealed",
        "asked_at": NOW,
        "asked_by": "system",
        "made_at": NOW,
    }
    with house.database.writing() as session:
        row = OutsideHeadRecord(**given | values)
        session.add(row)
        record(session, "head.sealed_outside", at=NOW, subject=row)


def messages(house: House, *authorities: tuple[str, ...]) -> list[str]:
    report = verify(
        house.database,
        house.objects,
        public_key=house.signer.public_key,
        authorities=authorities,
    )
    return [one.message for one in outside_findings(report)]


def test_an_old_head_that_is_left_in_its_table_contradicts_the_new_log(
    other: House, rewritten: Rewritten, authority: Authority
) -> None:
    made_at = judge(rewritten.token, Expected(rewritten.note.encode(), authority.pins)).made_at
    size = int(rewritten.note.split("\n")[1])
    bring_in(
        other,
        size=size,
        note=rewritten.note,
        token=rewritten.token,
        certificates="".join(authority.pins),
        made_at=made_at,
    )

    assert messages(other) == [f"the first {size} entries are not those of the outside head"]


def test_an_old_time_stamp_does_not_fit_a_head_signed_anew(
    other: House, rewritten: Rewritten, authority: Authority
) -> None:
    head = other.head()
    bring_in(
        other,
        size=head.size,
        note=head.note,
        token=rewritten.token,
        certificates="".join(authority.pins),
    )

    assert messages(other) == ["the time-stamp is not valid: other_message"]


def test_a_time_stamp_of_the_owners_own_making_is_told_from_a_real_one(
    other: House, authority: Authority, tmp_path: Path
) -> None:
    stamped(other, found(tmp_path / "evil", "Authority"))

    assert messages(other) == []  # under the certificates that the owner put beside it
    assert messages(other, authority.pins) == ["the time-stamp is not valid: not_pinned"]


def test_a_moment_that_is_not_the_time_stamps_own_is_found(
    other: House, authority: Authority
) -> None:
    head = other.head()
    asked = question(head.note.encode())
    bring_in(
        other,
        size=head.size,
        note=head.note,
        token=authority.reply(asked.request),
        certificates="".join(authority.pins),
        made_at=datetime(2020, 1, 1, tzinfo=UTC),
    )

    assert messages(other) == ["it states another moment than its time-stamp"]


def test_a_note_of_another_key_or_size_is_found(other: House) -> None:
    head = other.head()
    bring_in(other, size=1, note=head.note, kind="object")
    forged = head.note.replace(head.note[-6:], "AAAA=\n")
    bring_in(other, size=2, note=forged, kind="object")

    said = messages(other)

    assert any(one.startswith("its note speaks of") for one in said)
    assert any(one.startswith("the outside head is not valid") for one in said)


def test_one_stored_head_that_is_taken_away_or_changed_is_found(
    full_house: House, authority: Authority
) -> None:
    """By somebody who has the database but not the key."""
    stamped(full_house, authority)
    assert full_house.verify().ok

    with full_house.database.engine.begin() as link:
        link.execute(
            update(OutsideHeadRecord)
            .where(OutsideHeadRecord.kind == "timestamp")
            .values(token=b"0")
        )
    assert {Kind.ROW, Kind.OUTSIDE_HEAD} <= {one.kind for one in full_house.verify().findings}

    with full_house.database.engine.begin() as link:
        link.execute(delete(OutsideHeadRecord))
    assert Kind.ROW_MISSING in {one.kind for one in full_house.verify().findings}


def test_what_stands_outside_is_listed_for_a_bundle(
    full_house: House, authority: Authority
) -> None:
    def listed(session: Session, size: int | None = None) -> list[OutsideHead]:
        return outside_heads(session, size)

    stamped(full_house, authority)

    with full_house.database.reading() as session:
        everything = listed(session)
        earlier = listed(session, everything[0].size)
        details = session.scalars(
            select(LedgerDetailRecord.kind).where(LedgerDetailRecord.kind.like("head.%"))
        ).all()
    assert [one.kind for one in everything] == ["object", "timestamp"]
    assert everything[1].certificates == authority.pins
    assert earlier == everything[:1]
    assert len(details) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n", "\r\n"),
        lambda note: "".join(f"> {line}\n" for line in note.splitlines()),
        lambda note: "".join(f"    {line}  \n" for line in note.splitlines()),
        lambda note: note[:-30] + "\n" + note[-30:],
        lambda note: f"Fra: Vidne\n\n{note}\nmvh\n{note}",
    ],
)
def test_a_note_is_found_however_it_was_kept(rewritten: Rewritten, spoil: object) -> None:
    assert callable(spoil)

    assert set(notes_in(spoil(rewritten.note))) == {rewritten.note}


def test_a_file_without_a_head_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Kære Anna\n7\nMvh\n\n— Bo\n", "utf-8")

    for path in (tmp_path / "letter.txt", tmp_path):
        with pytest.raises(NotAHead):
            read_given(path)


def test_a_text_too_long_to_be_searched_whole_is_not_taken_for_one_without_heads(
    tmp_path: Path, rewritten: Rewritten
) -> None:
    mails = tmp_path / "mails.mbox"
    mails.write_text("From a@b.example\n\nhej\n", "utf-8")
    (tmp_path / "head.note").write_text(rewritten.note, "utf-8")
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    for path in (mails, tmp_path / "film.mp4"):
        os.truncate(path, 65 * 1024 * 1024)
    with mails.open("r+b") as file:
        file.write(b"From a@b.example\n" * 1000)

    for path in (mails, tmp_path):
        with pytest.raises(HeadTooLarge, match=r"mails\.mbox"):
            read_given(path)
    mails.unlink()
    assert [one.note for one in read_given(tmp_path)] == [rewritten.note]
