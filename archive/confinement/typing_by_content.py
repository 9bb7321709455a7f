"""What a file is, by its first bytes; what its sender calls it is only a hint.

A small table of what people hand in (mail, pictures, film, sound, documents)
rather than a library: those that we looked at know neither mail nor Outlook
files, and every rule here is one that we can defend.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from archive.confinement.charsets import unmarked_utf16

HEAD: Final = 64 * 1024
UNKNOWN: Final = "application/octet-stream"

# (offset, bytes, media type); the first that fits wins.
_MAGIC: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"#!AMR\n", "audio/amr"),
    (0, b"#!AMR-WB\n", "audio/amr"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (257, b"ustar\0", "application/x-tar"),
    (257, b"ustar  \0", "application/x-tar"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xfa", "audio/mpeg"),
    (0, b"caff\0\1\0\0", "audio/x-caf"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\0\0\1\xba", "video/mpeg"),
    (0, b"\0\0\0\x0cJXL ", "image/jxl"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
)
# Magics of letters alone: a text may begin with them, so that they count only where none stands.
_LETTERS: Final = (
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
)
# What a stream of bzip2 has behind its `BZh` and a digit: a block, or its end where it is empty.
_BZIP2: Final = re.compile(rb"BZh[1-9](?:\x31\x41\x59\x26\x53\x59|\x17\x72\x45\x38\x50\x90)")
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_AIFF: Final = (b"AIFF", b"AIFC")
_BRANDS: Final = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic",
    b"hevx": "image/heic", b"hevm": "image/heic", b"hevs": "image/heic", b"hevc": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif", b"avif": "image/avif", b"avis": "image/avif", b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4", b"3gp4": "video/3gpp", b"3gp5": "video/3gpp", b"3gp6": "video/3gpp",
}  # fmt: skip
# Text formats, by how they begin once space and a byte order mark are gone.
_TEXT: Final = (
    (re.compile(rb"BEGIN:VCARD\b", re.IGNORECASE), "text/vcard"),
    (re.compile(rb"BEGIN:VCALENDAR\b", re.IGNORECASE), "text/calendar"),
    (re.compile(rb"From [^\s]+ .{0,80}\d\d:\d\d", re.IGNORECASE), "application/mbox"),
    (re.compile(rb"(?is)(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b"),
     "text/html"),
    (re.compile(rb"(?is)(?:<\?xml.{0,500}?\?>\s*)?(?:<!.{0,2000}?>\s*)?<svg\b"),
     "image/svg+xml"),
    (re.compile(rb"<\?xml\b", re.IGNORECASE), "application/xml"),
)  # fmt: skip
_CONTROL: Final = re.compile(rb"[\x00-\x08]")
_MOST_NULS: Final = 0.1
_FIELD: Final = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60}):", re.MULTILINE)
_MAIL_FIELDS: Final = frozenset(
    b"received from to subject date message-id return-path mime-version delivered-to reply-to "
    b"dkim-signature authentication-results content-type x-mozilla-status".split()
)
_OFFICE: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)


def read_type(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell `media_type` by the first bytes, and whether it is what was `stated`."""
    found = media_type_of(source.read(HEAD))
    yield {"media_type": found, "as_stated": found == media_type.partition(";")[0].strip().lower()}


def media_type_of(head: bytes) -> str:
    """Return the media type of a file that begins with these bytes."""
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset):
            return media_type
    for test in _TESTS:
        if (found := test(head)) is not None:
            return found
    return UNKNOWN


def _matroska(head: bytes) -> str | None:
    if not head.startswith(b"\x1aE\xdf\xa3"):
        return None
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


def _riff(head: bytes) -> str | None:
    return _RIFF.get(head[8:12]) if head.startswith(b"RIFF") else None


def _aiff(head: bytes) -> str | None:
    """AIFF 1.3: a FORM names its own type, and many a letter begins with that word."""
    return "audio/aiff" if head.startswith(b"FORM") and head[8:12] in _AIFF else None


def _bzip2(head: bytes) -> str | None:
    return "application/x-bzip2" if _BZIP2.match(head) else None


def _iso_media(head: bytes) -> str | None:
    if head[4:8] != b"ftyp" or head[:2] != b"\0\0":  # the box's length: some dozen bytes
        return None
    brand = head[8:12]
    return _BRANDS.get(brand, "video/3gpp" if brand.startswith(b"3g") else "video/mp4")


def _zip(head: bytes) -> str | None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if head[30:38] == b"mimetype":  # OpenDocument and EPUB name themselves first, uncompressed
        stated = re.match(rb"[a-z]+/[a-z0-9.+-]{1,100}", head[38:160])
        if stated is not None:
            return stated[0].decode().removesuffix("PK")
    for folder, media_type in _OFFICE:
        if b"[Content_Types].xml" in head and folder in head:
            return media_type
    if b"datapackage.json" in head or b"archive/data.warc" in head:
        return "application/wacz"
    return "application/zip"


def _compound(head: bytes) -> str | None:
    if not head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return None
    names = (
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("__nameid_version1.0", "application/vnd.ms-outlook"),
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    )
    for name, media_type in names:
        if name.encode("utf-16-le") in head:
            return media_type
    return "application/x-ole-storage"


def _bitmap(head: bytes) -> str | None:
    return "image/bmp" if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" else None


def _text(head: bytes) -> str | None:
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    for shape, media_type in _TEXT:
        if shape.match(start):
            return media_type
    if _is_mail(head[:8192]):
        return "message/rfc822"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text/plain"
    # Old Danish text files are Windows-1252: no control character is the sign, not UTF-8.
    return None if not head or _CONTROL.search(head) else "text/plain"


def _letters(head: bytes) -> str | None:
    return next((found for magic, found in _LETTERS if head.startswith(magic)), None)


def _marred_text(head: bytes) -> str | None:
    """Text that a NUL has strayed into, as where a log was broken off, or UTF-16 without mark."""
    if unmarked_utf16(head) is not None:
        return "text/plain"
    nuls = head.count(0)
    if not nuls or nuls > _MOST_NULS * len(head) or _CONTROL.search(head.replace(b"\0", b"")):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "text/plain"


def _is_mail(head: bytes) -> bool:
    """Two known header fields before the first empty line, beginning with a field."""
    if not _FIELD.match(head):  # first, for it is quick: most of what comes is no mail
        return False
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    known = {name.lower() for name in _FIELD.findall(block)} & _MAIL_FIELDS
    return len(known) >= 2  # noqa: PLR2004 - one alone is a note that begins "To: …"


_TESTS: Final = (
    _matroska, _riff, _aiff, _bzip2, _iso_media, _zip, _compound, _bitmap, _text, _letters,
    _marred_text,
)  # fmt: skip
