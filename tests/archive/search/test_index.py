"""The index follows what is kept: new words, other cases, erasure; page after page stays whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import event, select, text

from archive.backup import backup
from archive.clearing import clear_erased
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import PostRecord
from archive.records.search import SEARCH_ITEMS
from archive.retention import erase
from archive.search.documents import MOST_WORDS, case_token, marked_words, unit_token
from archive.search.finding import find
from archive.search.following import searchable
from archive.search.index import forget, write
from archive.search.lemmas import lemmas_of
from archive.search.query import understand
from archive.search.wish import Wish
from tests.archive.contents import MARKER, Contents, close_case
from tests.archive.house import NOW, House
from tests.archive.search.test_finding import HOME, OTHER, Piece, keep, listed, units, wish


def found(house: House, typed: str) -> list[UUID]:
    return [one for one, _ in listed(house, wish(typed))[0]]


def piece(told: str, minutes: int = 0) -> Piece:
    return Piece(uuid4(), told, UUID(int=1), minutes)


def test_posts_notes_addresses_and_digests_are_found(full_house: House, contents: Contents) -> None:
    ids = [contents.mail.id, contents.attachment.id, contents.page.id]
    with full_house.database.writing() as session:
        write(session, ids)

    assert contents.page.id in found(full_house, MARKER)
    assert found(full_house, contents.mail.sha256) == [contents.mail.id]


def test_words_and_facts_are_kept_when_only_the_other_change(archive_house: House) -> None:
    one = piece("Jeg ved, hvor du bor")
    keep(archive_house, [one], units)

    with archive_house.database.writing() as session:
        row = session.get_one(EvidenceRecord, one.id)
        row.note = "fra Facebook"
        record(session, "evidence.noted", at=NOW, subject=row)

    assert found(archive_house, '"hvor du bor" facebook') == [one.id]
    with archive_house.database.writing() as session:
        searchable(session, one.id, marked_words(["Noget andet"]))
    assert found(archive_house, "facebook andet") == [one.id]
    assert found(archive_house, "bor") == []


def test_a_phrase_never_reaches_from_one_field_into_the_next(archive_house: House) -> None:
    one = piece("hvor du bor")
    keep(archive_house, [one], units)
    with archive_house.database.writing() as session:
        row = session.get_one(EvidenceRecord, one.id)
        row.note, row.filename = "jeg ved", "billede"
        record(session, "evidence.noted", at=NOW, subject=row)

    assert found(archive_house, '"ved hvor"') == found(archive_house, '"billede jeg"') == []
    assert found(archive_house, '"jeg ved" "hvor du bor"') == [one.id]


def test_joining_a_case_changes_who_finds_it(full_house: House, contents: Contents) -> None:
    fresh = full_house.receive(b"another", "another.png")
    token = case_token(contents.case)

    def seen() -> list[UUID]:
        return [one for one, _ in listed(full_house, wish("another", (token,)))[0]]

    with full_house.database.writing() as session:
        write(session, [fresh.id])
    assert seen() == []
    with full_house.database.writing() as session:
        joined = CaseEvidenceRecord(
            case_id=contents.case, evidence_id=fresh.id, added_at=NOW, added_by="person:1"
        )
        session.add(joined)
        record(session, "evidence.joined", at=NOW, subject=joined)
    assert seen() == [fresh.id]


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Every statement that the house runs meanwhile, as it was sent."""
    sent: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(house.database.engine, "before_cursor_execute", note)


def looked_up() -> int:
    used = lemmas_of.cache_info()
    return used.hits + used.misses


def test_a_step_that_changes_nothing_searched_leaves_the_index_alone(
    full_house: House, contents: Contents
) -> None:
    with full_house.database.writing() as session:
        write(session, [contents.mail.id, contents.page.id])

    with statements(full_house) as sent, full_house.database.writing() as session:
        case = session.get_one(CaseRecord, contents.case)
        case.serious = not case.serious
        record(session, "case.marked", at=NOW, subject=case, case_id=case.id)
        page = session.get_one(EvidenceRecord, contents.page.id)
        record(session, "evidence.looked_at", at=NOW, subject=page)
        for post in session.scalars(select(PostRecord)):
            post.judged_with = "other rules"
            record(session, "post.judged", at=NOW, subject=post)

    assert any("ledger_entries" in one for one in sent)
    assert not [one for one in sent if "search_i" in one]


def test_a_case_that_moves_takes_its_evidence_along_and_finds_no_basic_form_again(
    full_house: House, contents: Contents
) -> None:
    with full_house.database.writing() as session:
        write(
            session, [contents.mail.id], {contents.mail.id: marked_words(("Jeg ved, hvor du bor",))}
        )
        units(session)
    here, there = ((unit_token(unit),) for unit in (HOME, OTHER))

    def move(unit: UUID) -> None:
        with full_house.database.writing() as session:
            case = session.get_one(CaseRecord, contents.case)
            case.unit_id = unit
            record(session, "case.moved", at=NOW, subject=case, case_id=case.id)

    move(HOME)
    assert listed(full_house, wish("boede", here))[0] == [(contents.mail.id, False)]
    before = looked_up()
    move(OTHER)
    assert looked_up() == before
    assert listed(full_house, wish("boede", there))[0] == [(contents.mail.id, False)]
    assert listed(full_house, wish("boede", here))[0] == []
    assert listed(full_house, wish('"hvor du bor"', there))[0] == [(contents.mail.id, True)]


def test_what_comes_in_meanwhile_moves_no_page(archive_house: House) -> None:
    older = [piece("en trussel", minutes) for minutes in range(10)]
    keep(archive_house, older, units)
    asked = wish("trussel")
    with archive_house.database.reading() as session:
        first = find(session, asked, limit=4)

    keep(archive_house, [piece("ny trussel", 60), piece("sen trussel", 9)])

    seen = [hit.evidence_id for hit in first.hits]
    mark = first.next
    for _ in range(len(older)):
        if mark is None:
            break
        with archive_house.database.reading() as session:
            more = find(session, asked, after=mark, limit=4)
        seen += [hit.evidence_id for hit in more.hits]
        mark = more.next
    assert mark is None
    assert [one for one in seen if one in {p.id for p in older}] == [p.id for p in older[::-1]]
    assert len(seen) == len(set(seen))


def test_a_long_text_is_found_to_its_limit_and_no_text_is_too_long(archive_house: House) -> None:
    chance = Random(3)  # noqa: S311 — the same words in each run
    one = piece(" ".join(f"{chance.getrandbits(60):x}" for _ in range(60_000)) + " sidst")
    two = piece("og " * (MOST_WORDS - 50) + "hvor du bor")
    keep(archive_house, [one, two], units)

    assert found(archive_house, one.text.split()[20_000]) == [one.id]
    assert found(archive_house, '"og hvor du bor"') == [two.id]
    assert found(archive_house, "sidst") == []


def test_what_is_erased_is_found_no_more(full_house: House, contents: Contents) -> None:
    with full_house.database.writing() as session:
        write(
            session,
            [contents.mail.id, contents.page.id],
            {contents.mail.id: marked_words(("hemmeligord",))},
        )
        close_case(session, contents.case)
    assert found(full_house, "hemmeligord") == [contents.mail.id]

    with full_house.database.writing() as session:
        erase(session, contents.mail.id, "asked for", "person:1", NOW + timedelta(days=3))

    assert found(full_house, "hemmeligord") == []
    with full_house.database.reading() as session:
        left = session.scalars(select(SEARCH_ITEMS.c.evidence_id)).all()
    assert contents.mail.id not in left


def test_no_byte_of_an_erased_text_is_left_among_thousands(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    """Words, beginnings of words and lemmas lie in pages that others share and split."""
    chance = Random(5)  # noqa: S311 — the same words in each run
    now = NOW + timedelta(days=3)
    words = [f"{chance.getrandbits(40):010x}" for _ in range(3000)]
    secret = [f"zqj{chance.getrandbits(60):x}" for _ in range(400)]
    keep(
        full_house,
        [piece(" ".join(chance.choices(words, k=40)), at) for at in range(300)],
        units,
    )
    with full_house.database.writing() as session:
        close_case(session, contents.case)
        write(session, [contents.mail.id], {contents.mail.id: marked_words((" ".join(secret),))})
    keep(full_house, [piece(" ".join(chance.choices(words, k=40)), at) for at in range(300, 400)])
    with full_house.database.writing() as session:
        erase(session, contents.mail.id, "asked for", "person:1", now)
    clear_erased(full_house.database, full_house.objects, now)

    if full_house.database.path is not None:
        held = full_house.database.path.read_bytes()
        assert b"zqj" not in held
        assert (tmp_path / "vaern.db-wal").stat().st_size == 0
        return
    with full_house.database.engine.connect() as link:
        rows = link.execute(text("SELECT exact, lemma_words::text FROM search_index")).all()
    assert not any("zqj" in str(row) for row in rows)


def test_what_is_sealed_off_can_be_taken_out(archive_house: House) -> None:
    one = piece("hvor du bor")
    keep(archive_house, [one], units)

    with archive_house.database.writing() as session:
        forget(session, [one.id])
    assert found(archive_house, "bor") == []

    with archive_house.database.writing() as session:
        write(session, [one.id], {one.id: marked_words((one.text,))})
    assert found(archive_house, "bor") == [one.id]
    with archive_house.database.writing() as session:
        row = session.get_one(EvidenceRecord, one.id)
        row.sealed_off_at = NOW
        record(session, "evidence.sealed_off", at=NOW, subject=row)
    assert found(archive_house, "bor") == []


def test_thousands_of_cases_of_ones_own_are_no_difficulty(archive_house: House) -> None:
    one = piece("hvor du bor")
    keep(archive_house, [one], units)
    many = tuple(case_token(UUID(int=number)) for number in range(5000))

    with archive_house.database.reading() as session:
        nothing = find(session, Wish(understand("bor"), many, many))
        own = find(session, Wish(understand("bor"), (*many, "everything"), many))

    assert (nothing.count, own.count) == (0, 1)


def test_a_backup_holds_none_of_the_index(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    with full_house.database.writing() as session:
        write(session, [contents.mail.id], {contents.mail.id: marked_words(("hemmeligtord",))})
    assert found(full_house, "hemmeligtord") == [contents.mail.id]

    taken = backup(
        full_house.database,
        full_house.objects,
        tmp_path / "kept",
        NOW,
        vault_key=full_house.vault_key,
    )

    written = [path for path in taken.snapshot.rglob("*") if path.is_file()]
    assert written
    assert not any(b"hemmeligtord" in path.read_bytes() for path in written)
