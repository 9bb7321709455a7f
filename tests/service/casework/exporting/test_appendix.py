"""The Bilagshæfte of a case: what stands in it, what never does, and what the ledger knows."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from uuid import UUID, uuid4

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from archive.export.package import HandOver
from archive.intake.receive import About, Envelope
from archive.ledger.log import record
from archive.reading.covering import MOST_BOXES
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord, ObjectRecord
from archive.records.exports import ExportRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.opening import join_evidence
from service.casework.exporting.asking import case_to_hand_over
from service.casework.exporting.covering_text import COVER
from service.casework.exporting.fetching import fetch_part
from service.casework.exporting.making import Made, keep_made
from service.casework.exporting.papers import appendix_for, papers_for
from service.casework.exporting.redacting import redact, redacted_among
from service.errors import TooMuchAtOnce
from service.installation import Installation
from service.jobs.claims import claim_next
from service.jobs.engine import perform_one
from service.jobs.exports import EXPORTS
from service.jobs.reading_lanes import LANES
from service.jobs.sending import NOTICES
from service.web.screens.bundles import bundle_run
from service.web.views.bundle import BundleProblem, BundleState
from service.web.wording import gettext_of
from tests.service.casework.cases.opened import open_one
from tests.service.casework.exporting.asked import RECIPIENT, asked_for
from tests.service.casework.mail.mails import MARKER, forwarded_as_attachment, hand_over
from tests.service.casework.moderation.kept import NICE, THREAT, keep_page
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

Asks = Callable[[PersonRecord], Principal]
WISH = "Jeg vil helst ikke nævnes ved navn i møder"
TOLD = "Han ringede igen klokken otte. Min mobil er 61 22 33 44."


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 1300), "#a5121a").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def who(town: Town, asks: Asks) -> Principal:
    return asks(town.leader)


@pytest.fixture
def number(installation: Installation, town: Town, time: Time) -> str:
    return open_one(installation, town, time)


def hand_in(
    installation: Installation, town: Town, time: Time, number: str, data: bytes, **about: str
) -> UUID:
    facts = {"kind": "upload"} | about
    kept = installation.intake.receive(
        data,
        About(unit_id=town.library.id, **facts),  # type: ignore[arg-type]  # texts, as the fields
        Envelope("web", actor=f"person:{town.anna.id}"),
        time.now,
    )
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        join_evidence(session, case, session.get_one(EvidenceRecord, kept.id), time.now, "system")
    return kept.id


def made(installation: Installation, time: Time) -> ExportRecord:
    with installation.database.writing() as session:
        claim = claim_next(session, ExportRecord, EXPORTS.waiting(), worker="test", now=time.now)
    assert claim is not None
    perform_one(installation, EXPORTS, claim)
    with installation.database.reading() as session:
        return session.get_one(ExportRecord, claim.id)


def fetched(installation: Installation, who: Principal, export: ExportRecord, time: Time) -> bytes:
    return b"".join(fetch_part(installation, who, export.id, 1, time.now).stream)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    document.close()
    return "\n".join(pages)


def exported(installation: Installation) -> set[str]:
    with installation.database.reading() as session:
        query = select(LedgerDetailRecord.subject).where(
            LedgerDetailRecord.kind == "evidence.exported"
        )
        return {str(one) for one in session.scalars(query)}


def test_picture_and_post_stand_in_it_by_time_and_the_ledger_names_each(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    keep_page(installation, time, who, [NICE, THREAT], case=number)
    shot = hand_in(installation, town, time, number, picture(), filename="skærm\u202eabc.png")
    wish = hand_in(installation, town, time, number, WISH.encode(), kind="wish")
    work_off(installation, *LANES, NOTICES)

    asked_for(installation, who, number, time, only_booklet=True)
    export = made(installation, time)
    pdf = fetched(installation, who, export, time)
    text = text_of(pdf)

    assert (export.state, export.reason) == ("ready", None)
    assert export.parts[0]["name"].endswith("bilagshaefte.pdf")
    assert export.done == export.total > 0
    for said in (RECIPIENT, "Anna Holm", THREAT, "Kai Konto", "skærm[U+202E]abc.png"):
        assert said in text, said
    assert "Formål" in text
    assert WISH not in text
    assert f"evidence:{wish}" not in exported(installation)
    assert f"evidence:{shot}" in exported(installation)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.Root.get("/StructTreeRoot", {})) > 0


def test_an_attached_original_is_quoted_once_with_both_digests(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    hand_over(installation, forwarded_as_attachment())
    work_off(installation, *LANES, NOTICES)
    with installation.database.reading() as session:
        number = session.scalars(select(CaseRecord.number)).one()
        digests = session.scalars(select(EvidenceRecord.sha256)).all()

    asked_for(installation, asks(town.leader), number, time, only_booklet=True)
    text = text_of(fetched(installation, asks(town.leader), made(installation, time), time))

    assert text.count(MARKER) == 1
    assert "Gert Vred <gert@vred.example>" in text
    assert "31. januar 2027 kl. 20.14.00 dansk tid (19:14:00 UTC)" in text
    assert all(str(digest) in text for digest in digests)


def test_what_is_sealed_off_is_in_no_booklet_even_where_it_is_handed_to_the_police(
    installation: Installation, town: Town, time: Time, number: str
) -> None:
    pieces = [
        hand_in(installation, town, time, number, said, filename=name)
        for name, said in (("a.txt", b"et opslag"), ("b.txt", b"det forseglede"))
    ]
    work_off(installation, *LANES, NOTICES)
    with installation.database.writing() as session:
        row = session.get_one(EvidenceRecord, pieces[1])
        row.sealed_off_at = time.now
        record(session, "evidence.sealed_off", at=time.now, subject=row)

    over = HandOver(uuid4(), time.now, "system", "Værn", RECIPIENT, "Anmeldelse", "Havn", number)
    papers = appendix_for(installation, over, pieces, lambda _done, _all: None)
    text = text_of(papers.documents[0].data)

    assert "et opslag" in text
    assert "det forseglede" not in text
    assert "b.txt" not in text
    assert "Det, der udleveres særskilt" in text


def test_a_private_telephone_in_what_we_write_stops_it_and_one_in_an_original_is_told(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    piece = hand_in(installation, town, time, number, TOLD.encode(), filename="a.txt")
    work_off(installation, *LANES, NOTICES)
    with installation.database.writing() as session:
        person = session.get_one(PersonRecord, town.anna.id)
        person.phone, person.title = "+45 61223344", "Socialrådgiver, mobil 61 22 33 44"
        record(session, "person.changed", at=time.now, subject=person)

    asked_for(installation, who, number, time, only_booklet=True)
    refused = made(installation, time)
    assert (refused.state, refused.reason) == ("failed", "private_contact")
    assert exported(installation) == set()

    with installation.database.writing() as session:
        person = session.get_one(PersonRecord, town.anna.id)
        person.title = "Socialrådgiver"
        record(session, "person.changed", at=time.now, subject=person)
    asked_for(installation, who, number, time, only_booklet=True, attached=True)
    export = made(installation, time)
    pdf = fetched(installation, who, export, time)

    assert export.private_in == ["D-" + export.private_in[0][2:]]
    assert TOLD in text_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        (attached,) = document.attachments.values()
        assert attached.get_file().read_bytes() == TOLD.encode()
        assert document.Root.AF[0].AFRelationship == "/Source"
    assert exported(installation) == {f"evidence:{piece}"}


def test_a_redacted_booklet_holds_nothing_but_what_was_left_open(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    said = "Kim Vred skrev det til nabo Niels Bøje."
    piece = hand_in(installation, town, time, number, said.encode(), filename="Niels.txt")
    work_off(installation, *LANES, NOTICES)
    redact(
        installation,
        who,
        piece,
        words=["Niels Bøje"],
        boxes=(),
        reason="uvedkommende",
        now=time.now,
    )

    asked_for(installation, who, number, time, only_booklet=True, redacted=True)
    text = text_of(fetched(installation, who, made(installation, time), time))

    assert f"Kim Vred skrev det til nabo {COVER}." in text
    assert "Niels" not in text


def test_a_redacted_booklet_names_none_of_ours(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    piece = hand_in(installation, town, time, number, b"Kim Vred skrev det.", filename="a.txt")
    work_off(installation, *LANES, NOTICES)
    redact(installation, who, piece, words=["Kim Vred"], boxes=(), reason="andre", now=time.now)

    asked_for(installation, who, number, time, only_booklet=True, redacted=True)
    text = text_of(fetched(installation, who, made(installation, time), time))

    for person in (town.anna, town.leader):
        assert person.name not in text, person.name
    unnamed = gettext_of("da")("An employee, whose name is covered")
    assert "".join(unnamed.split()) in "".join(text.split())


def test_a_redacted_booklet_of_what_is_not_covered_is_refused_and_says_so(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    hand_in(installation, town, time, number, b"Kim Vred skrev det.", filename="a.txt")
    work_off(installation, *LANES, NOTICES)

    asked_for(installation, who, number, time, only_booklet=True, redacted=True)
    export = made(installation, time)

    assert (export.state, export.reason) == ("failed", "not_redacted")
    assert exported(installation) == set()


def test_a_mail_address_of_the_police_is_no_private_contact(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    hand_in(installation, town, time, number, b"et opslag", filename="a.txt")
    work_off(installation, *LANES, NOTICES)

    asked_for(
        installation, who, number, time, only_booklet=True, recipient="msj@politi.example, 114"
    )
    export = made(installation, time)

    assert (export.state, export.reason) == ("ready", None)
    assert "msj@politi.example" in text_of(fetched(installation, who, export, time))


def test_a_bundle_whose_booklet_breaks_off_tells_whoever_makes_it_and_whoever_gets_it(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    piece = hand_in(installation, town, time, number, TOLD.encode(), filename="a.txt")
    work_off(installation, *LANES, NOTICES)
    with installation.database.writing() as session:
        person = session.get_one(PersonRecord, town.anna.id)
        person.phone = "+45 61223344"
        record(session, "person.changed", at=time.now, subject=person)
    asked_for(installation, who, number, time)

    with pytest.MonkeyPatch.context() as without:
        without.setattr(sys, "executable", "/bin/false")  # the press is no press
        export = made(installation, time)

    assert (export.state, export.reason) == ("ready", "document_failed")
    assert len(export.private_in) == 1
    assert f"evidence:{piece}" in exported(installation)
    with zipfile.ZipFile(io.BytesIO(fetched(installation, who, export, time))) as archive:
        told = archive.read(next(one for one in archive.namelist() if "LAES-MIG" in one))
        assert not [one for one in archive.namelist() if one.endswith(".pdf")]
    assert "Bilagshæftet er ikke med: det kunne ikke skrives ud." in told.decode()


def test_a_picture_that_does_not_open_is_told_and_the_rest_is_printed(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    broken, _ = (
        hand_in(installation, town, time, number, picture(), filename=f"{name}.png")
        for name in ("a", "b")
    )
    work_off(installation, *LANES, NOTICES)
    with installation.database.reading() as session:
        of_it = ObjectRecord.evidence_id == broken
        (preview,) = session.scalars(
            select(ObjectRecord).where(of_it, ObjectRecord.role == "preview")
        )
    installation.vault.discard(preview.name, preview.segments)
    over = HandOver(uuid4(), time.now, "system", "Værn", RECIPIENT, "Anmeldelse", "Havn", number)
    with installation.database.reading() as session:
        pieces = [one.id for one in case_to_hand_over(session, who, number, time.now)[1]]

    papers = papers_for(installation, over, pieces)

    assert len(papers.paper.unshown) == 1
    assert papers.lacking is None
    assert set(papers.stands) | set(papers.paper.apart) == set(pieces)
    assert broken in papers.stands


def test_more_boxes_than_can_be_covered_are_refused_and_never_the_last_left_open(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    shot = hand_in(installation, town, time, number, picture())
    work_off(installation, *LANES, NOTICES)
    boxes = [(1, 1, 2, 2)] * (MOST_BOXES + 1)

    with pytest.raises(TooMuchAtOnce):
        redact(installation, who, shot, words=(), boxes=boxes, reason="andre", now=time.now)

    with installation.database.reading() as session:
        assert redacted_among(session, [shot]) == set()


def test_a_bundle_has_the_booklet_among_what_the_ledger_binds(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    hand_in(installation, town, time, number, b"et opslag", filename="a.txt")
    work_off(installation, *LANES, NOTICES)

    asked_for(installation, who, number, time)
    data = fetched(installation, who, made(installation, time), time)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".pdf")]
        assert name.endswith("documents/bilagshaefte.pdf")
        assert "et opslag" in text_of(archive.read(name))
        listed = next(one for one in archive.namelist() if one.endswith("contents-sha256.txt"))
        assert b"documents/bilagshaefte.pdf" in archive.read(listed)


def test_a_bundle_that_is_ready_without_its_booklet_says_so(
    installation: Installation, town: Town, time: Time, who: Principal, number: str
) -> None:
    hand_in(installation, town, time, number, b"et opslag", filename="a.txt")
    export_id = asked_for(installation, who, number, time)
    with installation.database.writing() as session:
        export = session.get_one(ExportRecord, export_id)
        keep_made(session, export, Made([], b"key", lacking="document_failed"), time.now)

    with installation.database.reading() as session:
        run = bundle_run(session, session.get_one(ExportRecord, export_id))
    assert (run.state, run.problem) == (BundleState.READY, BundleProblem.NOT_PRINTED)
