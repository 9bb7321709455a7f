"""A redacted bundle: no name, no free text in any file; still it proves what it stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from archive.export.checker.folder import readable
from archive.export.gather import note_hand_over
from archive.export.package import Paper
from archive.export.readme import readme
from archive.export.redacted import REDACTED, REDACTION, NotRedacted
from archive.intake.receive import object_row
from archive.ledger.log import record
from tests.archive.contents import Contents
from tests.archive.export.bundles import RECIPIENT, checked, hand_over, packaged, relist, written
from tests.archive.export.inside import Inside
from tests.archive.house import NOW, House

COVERED = "█████ skrev det.".encode()
REASON = "naboen Niels er uden for sagen"
EARLIER = "Ole Skriver, Nordnyt"
NAMES = ("Åse Øst", "Bo Bæk")


def cover(house: House, piece: UUID, actor: str, **also: Any) -> None:
    """Keep a covered copy, as the service does; why stands in an entry of its own."""
    subject = f"evidence:{piece}"
    with house.database.reading() as session:
        key = house.evidence_key(session, piece)
    sealed = house.vault.keep(key, COVERED)
    with house.database.writing() as session:
        session.add(object_row(piece, sealed, REDACTION, "text/plain", NOW))
        record(
            session,
            REDACTED,
            at=NOW,
            actor=actor,
            subject=subject,
            original_sha256=original_of(house, piece),
            redacted_sha256=sealed.sha256,
            boxes=0,
            words=1,
            **also,
        )
        explained = "evidence.covering_explained"
        record(session, explained, at=NOW, actor=actor, subject=subject, reason=REASON)


def original_of(house: House, piece: UUID) -> str:
    return hashlib.sha256(house.read(piece)).hexdigest()


@pytest.fixture
def redacted(full_house: House, contents: Contents, tmp_path: Path) -> Path:
    """The folder of a redacted bundle of two pieces, one handed to somebody else before."""
    person = f"person:{contents.person}"
    pieces = [contents.mail.id, contents.other.id]
    with full_house.database.writing() as session:
        earlier = hand_over(id=uuid4(), recipient=EARLIER, purpose="En artikel om Niels")
        note_hand_over(session, pieces, earlier)
    for piece in pieces:
        cover(full_house, piece, person)
    over = hand_over(made_by=person, made_by_name=NAMES[0], redacted=True)
    return written(packaged(full_house, pieces, over), full_house, tmp_path / "bundle")


def test_it_holds_and_says_that_copies_stand_for_originals_that_are_not_there(
    redacted: Path,
) -> None:
    said = checked(redacted)

    assert said.code == 0, said.text
    assert "2 covered copies are those that the ledger says stand for sealed originals" in said.text
    assert "as they were received" not in said.text
    assert "entries are closed" in said.text
    assert "the originals are not here" in said.text


def test_no_name_reason_or_earlier_recipient_stands_in_any_file_of_it(redacted: Path) -> None:
    text = "".join(
        one.read_bytes().decode("utf-8", "replace") for one in redacted.rglob("*") if one.is_file()
    )

    for hidden in (*NAMES, REASON, "Niels", EARLIER, "else.txt", "En artikel"):
        assert hidden not in text, hidden
    for told in (RECIPIENT, "Medarbejder 1", "Begrundelser, tidligere"):
        assert told in text, told


def test_the_same_person_has_one_number_in_the_whole_bundle(redacted: Path) -> None:
    acts = [
        (act["kind"], act["who"])
        for path in sorted((redacted / "custody").glob("*.json"))
        for told in json.loads(path.read_bytes()).values()
        for act in told["acts"]
    ]
    by = {who for kind, who in acts if kind in {REDACTED, "evidence.covering_explained"}}

    assert len(by) == 1
    (who,) = by
    assert json.loads((redacted / "evidence.json").read_bytes())["export"]["made_by"] == who
    assert f"af {who}".encode() in (redacted / "LAES-MIG.txt").read_bytes()


def test_only_receipt_covering_and_this_hand_over_are_opened(redacted: Path) -> None:
    (path,) = (redacted / "ledger").glob("evidence-*.json")
    for entries in json.loads(path.read_bytes()).values():
        opened = [one["leaf"].split("\n")[1] for one in entries if "details" in one]

        assert opened == ["evidence.received", REDACTED, "evidence.exported"]
        assert len(entries) > len(opened)


def reopened(entries: list[dict[str, Any]]) -> None:
    """Claim that nothing more is to be said of an entry that was opened."""
    for one in entries:
        if "evidence.exported" in one["leaf"] and "details" in one:
            del one["details"], one["salt"]


def dropped(entries: list[dict[str, Any]]) -> None:
    """Leave out that somebody else got it."""
    del entries[next(n for n, one in enumerate(entries) if "details" not in one)]


def renamed(entries: list[dict[str, Any]]) -> None:
    """Tell a closed entry as another kind."""
    one = next(one for one in entries if "details" not in one)
    version, _, *rest = one["leaf"].split("\n")
    one["leaf"] = "\n".join([version, "evidence.checked", *rest])


@pytest.mark.parametrize("act", [reopened, dropped, renamed])
def test_a_closed_entry_is_proven_as_much_as_an_open_one(
    redacted: Path, act: Callable[[list[dict[str, Any]]], None]
) -> None:
    inside = Inside()
    (path,) = (redacted / "ledger").glob("evidence-*.json")
    data = path.read_bytes()
    for number in json.loads(data):
        told = json.loads(data)
        act(told[number])
        path.write_bytes(readable(told))
        relist(redacted)
        said = inside.run(str(redacted))

        assert said.code == 1, said.text
        assert said.names(number), said.text
    path.write_bytes(data)
    relist(redacted)
    assert inside.run(str(redacted)).code == 0


def test_a_piece_too_many_or_too_few_in_a_file_of_proofs_is_named(bundle: Path) -> None:
    (path,) = (bundle / "ledger").glob("evidence-*.json")
    data = path.read_bytes()
    first = min(json.loads(data))
    told = json.loads(data)
    for name, changed in (
        ("D-9999", told | {"D-9999": told[first]}),
        (first, {number: some for number, some in told.items() if number != first}),
    ):
        path.write_bytes(readable(changed))
        relist(bundle)
        said = Inside().run(str(bundle))

        assert said.code == 1
        assert said.names(name), said.text


def test_entries_of_a_whole_bundle_may_not_be_closed(bundle: Path) -> None:
    (path,) = (bundle / "ledger").glob("evidence-*.json")
    told = json.loads(path.read_bytes())
    entry = told[min(told)][-1]
    del entry["details"], entry["salt"]
    path.write_bytes(readable(told))
    relist(bundle)

    said = Inside().run(str(bundle))

    assert said.code == 1
    assert "an entry is not whole" in said.text


def test_a_covering_whose_entry_holds_words_is_never_opened(
    archive_house: House,
) -> None:
    kept = archive_house.receive(b"Niels skrev det.", "a.txt")
    cover(archive_house, kept.id, "person:1", reason=REASON)

    with pytest.raises(NotRedacted):
        packaged(archive_house, [kept.id], hand_over(redacted=True))
    cover(archive_house, kept.id, "person:1")
    assert packaged(archive_house, [kept.id], hand_over(redacted=True)).files


def test_the_recipient_is_told_what_the_booklet_lacks() -> None:
    over = hand_over()
    told = {
        name: readme(over, 2, "f", (), paper).decode()
        for name, paper in {
            "whole": Paper(),
            "lacking": Paper(lacking=True),
            "poor": Paper(without_pictures=True, plain_letters=True, unshown=("D-0001",)),
            "apart": Paper(unshown=("D-0001", "D-0007"), numbers=("D-0042",)),
        }.items()
    }

    assert "ilagshæftet" not in told["whole"]
    assert "Bilagshæftet er ikke med: det kunne ikke skrives ud." in told["lacking"]
    assert "uden billeder" in told["poor"]
    assert "spørgsmålstegn" in told["poor"]
    assert "D-0001" not in told["poor"]
    assert "for: D-0001, D-0007." in told["apart"]
    assert "ikke i bilagshæftet: D-0042." in told["apart"]
    assert "Here, but not in the booklet: D-0042." in told["apart"]


def test_without_a_stamp_the_last_lines_say_what_it_proves(redacted: Path, whole: Path) -> None:
    alone, stamped = Inside().run(str(redacted)), Inside().run(str(whole))

    assert "nothing is proven against the municipality" in alone.text.splitlines()[-1]
    assert "nothing is proven against the municipality" not in stamped.text
    assert "RESULT: everything that came along was checked and holds." in alone.text
