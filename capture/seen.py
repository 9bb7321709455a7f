"""What one visit saw, gathered as it goes, so that a failed visit still tells what it knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from capture.pictures import Tile
from capture.readers.facts import PageFacts
from capture.readers.json_ld import StructuredPost


@dataclass(slots=True)
class Seen:
    """Filled step by step during a visit.

    `whole` is False when the page went on beyond our limits; `steady` is False
    when it changed while its picture was taken.
    """

    browser: str | None = None
    user_agent: str | None = None
    sandboxed: bool | None = None
    own_user: bool | None = None
    profile_in_memory: bool | None = None
    http_status: int | None = None
    final_url: str | None = None
    facts: PageFacts | None = None
    structured: list[StructuredPost] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    whole: bool = True
    steady: bool = True
