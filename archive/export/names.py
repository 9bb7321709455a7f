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

_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin|conout|clock)", re.IGNORECASE)


def safe_name(name: str | None, number: str, folder: str) -> str:
    """Return the path of a file: folder, the number that makes it unique, the rest of its name.

    `number` is plain ASCII already ("D-0042"). A name that a double click would run gets `.bin`.
    """
    stem, ending = _split(name or "")
    if ending in _RUNS:
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
