"""Which program reads what, within which limits, and with what it was made."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import Final

from archive.confinement.limits import MIB, Limits

_GIB: Final = 1024 * MIB

READERS: Final = (
    ("message/rfc822", "message"),
    ("application/mbox", "mailbox"),
    ("application/vnd.ms-outlook", "outlook"),
    ("application/x-ole-storage", "outlook"),
    ("image/svg+xml", "markup"),
    ("image/", "image"),
    ("text/html", "markup"),
    ("application/xml", "markup"),
    ("application/xhtml+xml", "markup"),
    ("application/pdf", "pdf"),
    ("application/rtf", "rich_text"),
    ("text/rtf", "rich_text"),
    ("text/", "text"),
    ("application/zip", "package"),
    ("application/vnd.openxmlformats-officedocument.", "package"),
    ("application/vnd.oasis.opendocument.", "package"),
    ("application/epub+zip", "package"),
    ("application/wacz", "package"),
    ("application/gzip", "archive"),
    ("application/x-bzip2", "archive"),
    ("application/x-xz", "archive"),
    ("application/x-tar", "archive"),
    ("audio/", "media"),
    ("video/", "media"),
    ("application/ogg", "media"),
)
"""The reader for each media type that begins so; the first that fits. Others have none yet."""

PICTURE_TEXT: Final = "picture_text"
PAGE_TEXT: Final = "page_text"

_MADE_WITH: Final = {
    "image": ("pillow", "pi-heif"),
    "pdf": ("pypdfium2", "pillow"),
    "media": ("pymediainfo",),
    "outlook": ("olefile",),
    PICTURE_TEXT: ("tesserocr", "pillow"),
    PAGE_TEXT: ("tesserocr", "pypdfium2"),
}
_LARGE: Final = frozenset({"media", "package", "archive", "mailbox"})
"""Readers that let most of a file go by: its size is no matter of memory."""

_THREADED: Final = frozenset({"image/heic", "image/heif"})
"""What decodes these starts threads whatever it is told."""

_BYTES_A_SECOND: Final = 8 * MIB
_SLOW_SECONDS: Final = 20
_SECONDS_A_MEGAPIXEL: Final = 12
_LONGEST_SECONDS: Final = 330


@dataclass(frozen=True, slots=True)
class Plan:
    """How one item is to be read."""

    reader: str
    limits: Limits


def reader_for(media_type: str) -> str | None:
    """Return the confined reader for a media type; None where the product has none yet."""
    return next((name for start, name in READERS if media_type.startswith(start)), None)


def plan_for(media_type: str, size: int) -> Plan | None:
    """Return how an item of so many bytes is read at first; None where there is no reader."""
    reader = reader_for(media_type)
    if reader is None:
        return None
    limits = Limits()
    if reader in _LARGE:
        seconds = size / _BYTES_A_SECOND
        limits = Limits(
            input=max(limits.input, size + 1),
            cpu_seconds=20 + round(seconds / 4),
            wall_seconds=min(30 + seconds, 800.0),
            gives_way=True,
        )
    elif media_type in _THREADED:
        limits = Limits(threads=8)
    elif reader == "pdf":
        limits = Limits(
            input=512 * MIB, memory=_GIB, cpu_seconds=30, wall_seconds=60, gives_way=True
        )
    return Plan(reader, limits)


def slow_limits(megapixels: float, media_type: str = "") -> Limits:
    """Return how much the reading of text in a picture may use: time by what there is to read."""
    seconds = min(_SLOW_SECONDS + _SECONDS_A_MEGAPIXEL * megapixels, _LONGEST_SECONDS)
    threads = 8 if media_type in _THREADED else 1
    base = Limits(input=512 * MIB, memory=_GIB, gives_way=True, threads=threads)
    # On a busy machine two of these and all that goes before them share the processors.
    return replace(base, cpu_seconds=round(seconds), wall_seconds=2.4 * seconds)


@cache
def made_with(reader: str) -> str:
    """Return the programs and versions that stand beside what a reader made."""
    parts = [f"{name} {version(name)}" for name in ("vaern", *_MADE_WITH.get(reader, ()))]
    return ", ".join([*parts, f"Python {platform.python_version()}"])[:120]
