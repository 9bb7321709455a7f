"""Names of files in a bundle: safe and unique on Linux, Windows and macOS, whatever came in.

Only plain ASCII is left: so nothing reads from right to left, hides, changes
its form when it is unpacked, or equals another name but for its case. The true
name stands in `evidence.json`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 88
"""Characters of a path inside the bundle's folder; with the folder's own name at most 120."""

LONGEST_FOLDER: Final = 31

_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "ø": "oe",
        "å": "aa",
        "Æ": "Ae",
        "Ø": "Oe",
        "Å": "Aa",
        "ß": "ss",
        "ä": "ae",
        "ö": "oe",
    }
)
_RUNS: Final = frozenset(
    (
        *("app", "application", "bat", "chm", "cmd", "com", "cpl", "desktop", "dll"),
        *("exe", "gadget", "hta", "htm", "html", "img", "inf", "iso", "jar", "js"),
        *("jse", "lnk", "mht", "mhtml", "msc", "msh", "msi", "msp", "mst", "ocx"),
        *("pif", "ps1", "psm1", "py", "pyw", "rb", "reg", "scf", "scr", "sct", "sh"),
        *("shtml", "svg", "sys", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "ws", "wsc"),
        *("wsf", "wsh", "xbap", "xht", "xhtml", "xll"),
    )
)
"""Endings at which a double click would run what a stranger wrote."""

ENDINGS: Final = {
    "application/gzip": "gz",
    "application/json": "json",
    "application/mbox": "mbox",
    "application/msword": "doc",
    "application/ogg": "ogg",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.rar": "rar",
    "application/wacz": "wacz",
    "application/x-7z-compressed": "7z",
    "application/x-bzip2": "bz2",
    "application/x-tar": "tar",
    "application/x-xz": "xz",
    "application/xml": "txt",
    "application/zip": "zip",
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/svg+xml": "txt",
    "image/tiff": "tif",
    "image/vnd.adobe.photoshop": "psd",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/html": "txt",
    "text/plain": "txt",
    "text/vcard": "vcf",
    "video/3gpp": "3gp",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-matroska": "mkv",
    "video/x-ms-asf": "wmv",
    "video/x-msvideo": "avi",
}
"""What a double click opens a file of this kind by; a page or a drawing opens as text.

Nothing in it runs what a stranger wrote.
"""

_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin|conout|clock)", re.IGNORECASE)


def safe_name(name: str | None, number: str, folder: str, media_type: str | None = None) -> str:
    """Return the path of a file: folder, the number that makes it unique, the rest of its name.

    `number` is plain ASCII already ("D-0042"). A name that a double click would run gets `.bin`;
    one that says nothing of what the file is, the ending of its type.
    """
    stem, ending = _split(name or "")
    if not ending or ending.isdigit():  # "Brev fra 12.11" ends in no ending
        stem = "-".join(part for part in (stem, ending) if part)
        ending = ENDINGS.get(media_type or "", "")
    elif ending in _RUNS:
        stem, ending = f"{stem}-{ending}", "bin"
    room = LONGEST - len(f"{folder}/{number}-.{ending}")
    stem = stem[:room].strip("-.")
    whole = f"{number}-{stem}" if stem else number
    return f"{folder}/{whole}.{ending}" if ending else f"{folder}/{whole}"


def folder_name(case: str | None, day: str) -> str:
    """Return the name of the bundle's folder, at most 31 characters: `vaern-2027-014-20270201`."""
    told = _plain(case or "dokumentation")[:16].strip("-.")
    return f"vaern-{told}-{day}"[:LONGEST_FOLDER]


def _split(name: str) -> tuple[str, str]:
    """Return stem and ending as far as they are plain."""
    last = re.split(r"[/\\]", name.rstrip(" ./\\"))[-1]
    stem, dot, ending = last.rpartition(".")
    ending = _plain(ending).lower() if dot else ""
    if not dot or not re.fullmatch(r"[a-z0-9]{1,8}", ending):
        return _plain(last), ""
    return _plain(stem), ending


def _plain(text: str) -> str:
    """Bring text to letters, digits, dots and dashes, without a device's name in it."""
    spelled = unicodedata.normalize("NFC", text).translate(_LETTERS)
    folded = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9]+", "-", folded).strip("-")
    return "x-" + kept if _DEVICES.fullmatch(kept) else kept
