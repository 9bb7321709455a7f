import io
import zipfile

import pytest

from archive.confinement.confinement import Confinement
from archive.confinement.typing_by_content import media_type_of


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(
                name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x"
            )
    return out.getvalue()


def compound(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"%PDF-1.7", "application/pdf"),
        (zipped("[Content_Types].xml", "word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped("mimetype", "content.xml"), "application/vnd.oasis.opendocument.text"),
        (zipped("a.txt"), "application/zip"),
        (zipped("datapackage.json", "archive/data.warc.gz"), "application/wacz"),
        (compound("__properties_version1.0"), "application/vnd.ms-outlook"),
        (compound("WordDocument"), "application/msword"),
        (b"From: a@example.org\r\nSubject: x\r\n\r\nhej", "message/rfc822"),
        (b"Received: by mx\n\tfor you\nReturn-Path: <a@b.example>\n\nhej", "message/rfc822"),
        (b"From a@example.org Sat Nov 21 10:00:00 2026\nFrom: a\nTo: b\n", "application/mbox"),
        (b"<!doctype html><p>hej", "text/html"),
        (b"\xef\xbb\xbf  <HTML>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
        (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        ("Til: alle\n\nHej å".encode(), "text/plain"),
        ("hej".encode("utf-16"), "text/plain"),
        (b"To: whom it may concern\n\nhello", "text/plain"),
        (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
        (b"\x78\x9f\x3e\x22\x01", "application/vnd.ms-tnef"),
        (b"BZh91AY&SY", "application/x-bzip2"),
        (b"BZh9\x17rE8P\x90\0\0\0\0", "application/x-bzip2"),
        (b"FORM\0\0\1\0AIFFCOMM", "audio/aiff"),
        (b"FORM\0\0\1\0AIFCFVER", "audio/aiff"),
        (b"caff\0\1\0\0desc", "audio/x-caf"),
        (b"ID3\4\0\0\0\0\0\x23TSSE", "audio/mpeg"),
        (b"OggS\0\2\0", "application/ogg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"#!AMR\n<", "audio/amr"),
        (b"#!AMR-WB\n<", "audio/amr"),
        (b"FORMULAR til anmeldelse", "text/plain"),
        (b"caffe latte kl. 9", "text/plain"),
        (b"BZh er ingen fil", "text/plain"),
        (b"MZ skrev igen i dag", "text/plain"),
        (b"ID3 er et tag", "text/plain"),
        (b"ID3: x\nFrom: a@b.example\nTo: c@d.example\n\nhej", "message/rfc822"),
        (b"#!AMRstart", "text/plain"),
        ("Jeg ved, hvor du bor 😊".encode("utf-16-le"), "text/plain"),
        ("Jeg ved, hvor du bor".encode("utf-16-be"), "text/plain"),
        ("Jeg ved,\0 hvor du bor, Åse".encode(), "text/plain"),
        ("Jeg ved,\0 hvor du bor, Åse".encode("latin-1"), "application/octet-stream"),
        (b"Jeg ved,\0 hvor du bor\x02", "application/octet-stream"),
        (b"a\0\1\0b\0c\0d\0", "application/octet-stream"),
        (b"\0\0a\0\0\0b\0\0\0", "application/octet-stream"),
        (b"abc\0" * 20, "application/octet-stream"),
        (b"The ftyp of it", "text/plain"),
        (b"a.txt".ljust(257, b"\0") + b"ustar\x0000", "application/x-tar"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x23B\x82\x88matroska", "video/x-matroska"),
        (b"", "application/octet-stream"),
        (b"\x01\x02\x03", "application/octet-stream"),
        (b"h\xe6j", "text/plain"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


def test_what_the_sender_states_is_only_compared(confinement: Confinement) -> None:
    lied = confinement.read("type", b"MZ\x90\0", media_type="image/png")
    told = confinement.read("type", b"%PDF-1.7", media_type="application/pdf; name=x")

    assert lied.facts == {
        "media_type": "application/vnd.microsoft.portable-executable",
        "as_stated": False,
    }
    assert told.facts["as_stated"] is True
