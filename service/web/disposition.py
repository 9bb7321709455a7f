"""What a download is called: RFC 6266 and RFC 8187, whatever name somebody gave the file.

A name is foreign content too. It says nothing that a browser or a file system could take for
more than a name: no path, no control characters, no direction that hides an ending, no device.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST: Final = 150
"""Characters, the ending included; file systems take 255 bytes."""
FALLBACK: Final = "file"
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)", re.IGNORECASE)
_UNSAFE: Final = re.compile(r'[<>:"/\\|?*%;]')
_SPELT: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def attachment(name: str) -> str:
    """Return the header that lets a browser save, and never show, something under this name."""
    clean = safe_name(name)
    spelt = clean.translate(_SPELT)
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    plain = safe_name(plain)  # an accent may have stood in the way of a rule
    # RFC 8187 §3.2.1: everything but its `attr-char`s is written in hexadecimal.
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def safe_name(name: str) -> str:
    """Return a name fit for a file on any system, as like the given one as can be."""
    seen = "".join(c for c in name if unicodedata.category(c) not in _INVISIBLE)
    clean = _UNSAFE.sub("_", unicodedata.normalize("NFC", seen)).strip(" .")
    if _DEVICES.match(clean):
        clean = f"_{clean}"
    stem, dot, ending = clean.rpartition(".")
    if dot and stem and len(ending) <= 10:  # noqa: PLR2004 — longer ones are no endings
        clean = f"{stem[: LONGEST - len(ending) - 1].rstrip(' .')}.{ending}"
    return clean[:LONGEST].strip(" .") or FALLBACK
