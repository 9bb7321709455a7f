"""Which sound and film a browser plays, and as what it is sent."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PLAYED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audio/aac": "audio/aac",
        "audio/amr": "audio/amr",
        "audio/flac": "audio/flac",
        "audio/mp4": "audio/mp4",
        "audio/x-m4a": "audio/mp4",
        "audio/mpeg": "audio/mpeg",
        "audio/ogg": "audio/ogg",
        "application/ogg": "audio/ogg",
        "audio/wav": "audio/wav",
        "audio/x-wav": "audio/wav",
        "audio/webm": "audio/webm",
        "video/3gpp": "video/3gpp",
        "video/mp4": "video/mp4",
        "video/ogg": "video/ogg",
        "video/quicktime": "video/mp4",
        "video/webm": "video/webm",
        "video/x-matroska": "video/webm",
    }
)
"""Originals that a browser plays, and what they are sent as; none of them can hold a script."""
