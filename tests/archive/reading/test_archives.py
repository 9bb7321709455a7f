"""Archives, mailboxes, sound and film: listed and described, never unpacked, never played."""

import bz2
import gzip
import io
import lzma
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from random import Random

import pytest

from archive.confinement.confinement import Confinement
from archive.reading.parameters import with_size
from archive.reading.streams import Gone, LargeFile
from tests.archive.reading.hostile import by_name


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 11, 22, 9, 30, 0)), data)
    return out.getvalue()


def test_a_zip_file_is_listed_with_what_lies_in_the_zip_files_in_it(
    confinement: Confinement,
) -> None:
    inner = zipped({"billede æ.png": b"x" * 90})

    facts = confinement.read("package", zipped({"a.txt": b"hej", "b/indre.zip": inner})).facts

    assert facts["text"].split("\n") == ["a.txt", "b/indre.zip", "b/indre.zip/billede æ.png"]
    assert facts["entries"][0] == ["a.txt", 3, 3, "2026-11-22T09:30:00", 1]
    assert (facts["entries_count"], facts["depth"], facts["unsafe_names"]) == (3, 2, 0)
    assert facts["bomb"] is False


def test_names_that_would_leave_the_folder_are_counted(confinement: Confinement) -> None:
    facts = confinement.read("package", by_name()["glat.zip"]).facts

    assert facts["unsafe_names"] == 5
    assert "../../etc/passwd" in facts["text"]


def _marred(how: str) -> bytes:
    """Return a ZIP file with one inside that cannot be opened, and a text after it."""
    out = io.BytesIO()
    inner = zipped({"a.txt": b"hej" * 200})
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as package:
        package.writestr("x.zip", inner)
        package.writestr(zipfile.ZipInfo("" if how == "no name" else "y.txt"), b"hej")
        if how == "beyond any file":
            package.infolist()[0].header_offset = 2**64 - 1
    data = out.getvalue()
    if how == "lzma":
        place = data.index(b"x.zip") + len("x.zip") + 4
        data = data[:place] + b"\xff" + data[place + 1 :]
    if how == "name":
        place = data.index(b"x.zip")
        data = data[:place] + b"\xff\xfe" + data[place + 2 :]
        data = data[:6] + b"\0\x08" + data[8:]  # "the name is UTF-8" (APPNOTE 4.4.4, bit 11)
    return data


@pytest.mark.parametrize("how", ["lzma", "name", "beyond any file", "no name"])
def test_one_broken_part_takes_no_other_from_the_list(confinement: Confinement, how: str) -> None:
    facts = confinement.read("package", _marred(how)).facts

    assert facts["entries_count"] == 2 + (how == "no name")
    assert facts["entries_complete"] is (how == "no name")


def test_nesting_has_an_end(confinement: Confinement) -> None:
    facts = confinement.read("package", by_name()["dyb.zip"]).facts

    assert facts["depth"] == 5
    assert facts["entries_complete"] is False


@pytest.mark.parametrize("kind", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tape_is_listed_however_it_is_packed(confinement: Confinement, kind: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=kind) as tape:  # type: ignore[call-overload]  # the stubs know no variable mode
        for name, size in (("brev.docx", 70_000), ("../ud", 1)):
            entry = tarfile.TarInfo(name)
            entry.size = size
            tape.addfile(entry, io.BytesIO(bytes(size)))

    facts = confinement.read("archive", out.getvalue()).facts

    assert [row[:2] for row in facts["entries"]] == [["brev.docx", 70_000], ["../ud", 1]]
    assert facts["unsafe_names"] == 1
    assert facts["format"].endswith("tar")
    assert facts["bomb"] is False


def test_a_packed_file_says_how_large_it_becomes_and_whether_that_is_a_bomb(
    confinement: Confinement,
) -> None:
    plain = confinement.read("archive", gzip.compress(b"hej" * 1000)).facts
    bomb = confinement.read("archive", gzip.compress(bytes(120 * 1024 * 1024), 1)).facts

    assert (plain["unpacked_size"], plain["bomb"]) == (3000, False)
    assert bomb["bomb"] is True


@pytest.mark.parametrize(
    ("pack", "at_hand"),
    [(gzip.compress, 200_000), (lzma.compress, 200_000), (bz2.compress, 0)],  # a block is larger
)
def test_a_packed_file_that_breaks_off_is_not_told_as_whole(
    confinement: Confinement, pack: Callable[[bytes], bytes], at_hand: int
) -> None:
    words = Random(1).randbytes(400_000)  # noqa: S311 — the same bytes in each run
    two = pack(words) + pack(b"hej")

    whole = confinement.read("archive", two).facts
    shorter = [confinement.read("archive", two[:-short]).facts for short in (1, 20, 200_000)]
    padded = confinement.read("archive", two + bytes(4096)).facts
    marred = confinement.read("archive", two[:12] + b"\xff\0\xff" + two[15:]).facts

    assert (whole["entries_complete"], whole["unpacked_size"]) == (True, 400_003)
    assert (padded["entries_complete"], padded["unpacked_size"]) == (True, 400_003)
    assert [one["entries_complete"] for one in (*shorter, marred)] == [False] * 4
    assert shorter[-1]["unpacked_size"] == pytest.approx(at_hand, abs=40_000)


def test_a_tape_that_breaks_off_is_listed_as_far_as_it_goes(confinement: Confinement) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tape:
        for number in range(40):
            entry = tarfile.TarInfo(f"{number}.txt")
            entry.size = 512
            tape.addfile(entry, io.BytesIO(bytes(512)))
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    cut = packed.compress(out.getvalue()[: 1024 * 30]) + packed.flush(zlib.Z_SYNC_FLUSH)

    facts = confinement.read("archive", cut).facts

    assert facts["format"] == "gzip+tar"
    assert (facts["entries_count"], facts["entries_complete"]) == (30, False)


def test_only_the_end_of_a_large_file_is_held() -> None:
    package = zipped({"a.txt": b"hej"})
    file = LargeFile(io.BytesIO(bytes(9_000_000) + package), whole=1_000_000, end=100_000)

    with zipfile.ZipFile(io.BufferedReader(file)) as opened:
        assert opened.namelist() == ["a.txt"]
    file.seek(0)
    with pytest.raises(Gone):
        file.read(1)


def test_a_mailbox_lists_its_mails_and_what_stands_in_each(confinement: Confinement) -> None:
    mails = (
        "From a@b.example Mon Jan  1 10:00:00 2024\n"
        "From: =?utf-8?q?=C3=85se?= <aase@b.example>\nSubject: Hej\n"
        "Date: Mon, 1 Jan 2024 10:00:00 +0100\n\n>From her\n\n"
        "From c@d.example Tue Jan  2 10:00:00 2024\nFrom: c@d.example\nSubject: Igen\n"
        "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<p>Du er en k=C3=A6mpe <b>idiot</b></p>\n"
    )

    facts = confinement.read("mailbox", mails.encode()).facts

    assert facts["text"] == (
        "Åse <aase@b.example> · Hej\nFrom her\n\nc@d.example · Igen\nDu er en kæmpe idiot"
    )
    assert facts["mails"][0]["date"] == "2024-01-01T09:00:00+00:00"
    assert facts["mails_count"] == facts["mails_read"] == 2


def test_of_a_mail_with_attachments_a_mailbox_gives_the_text_and_of_a_giant_one_the_beginning(
    confinement: Confinement,
) -> None:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "a@b.example", "Billeder"
    letter.set_content("Sludder og vrøvl")
    letter.add_attachment(bytes(3_000_000), maintype="image", subtype="png", filename="a.png")
    begin = b"From a@b.example Mon Jan  1 10:00:00 2024\n"
    giant = b"Subject: Lang\n\nBegyndelsen\n" + b"x " * 3_000_000

    facts = confinement.read(
        "mailbox", begin + bytes(letter) + b"\n\n" + begin + giant + b"\n\n" + begin + b"Subject: c"
    ).facts

    assert "Sludder og vrøvl" in facts["text"]
    assert "Begyndelsen" in facts["text"]
    assert len(facts["text"]) < 120_000
    assert [mail["subject"] for mail in facts["mails"]] == ["Billeder", "Lang", "c"]


def test_a_mailbox_of_a_year_is_read_within_its_limits(confinement: Confinement) -> None:
    mail = b"From a@b.example Mon Jan  1 10:00:00 2024\nSubject: %d\n\n" + b"Ord igen " * 900

    whole = b"\n\n".join(mail % number for number in range(2_100))
    facts = confinement.read("mailbox", whole).facts

    assert (facts["mails_count"], len(facts["mails"])) == (2_100, 2_000)
    assert not facts["mails_complete"]
    assert 200 < facts["mails_read"] < 2_000
    assert "\n1999" in facts["text"]


def test_a_sound_says_how_long_it_is(confinement: Confinement) -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000 * 4 * 3))
    data = out.getvalue()

    told = confinement.read("media", data, media_type=with_size("audio/wav", len(data))).facts

    assert told["duration"] == 3.0
    assert told["tracks"][0]["channels"] == 2
    assert confinement.read("media", data).facts == told
