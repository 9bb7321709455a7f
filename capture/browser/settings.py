"""How a visitor's browser is set; apart from what starts it, whose packages load slowly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """How the visitor presents itself, and how tightly the browser is held.

    `sandbox` off is only for machines where Chromium's cannot work; it is told in
    the provenance. `memory_bytes` is what all of a visit's processes may hold.
    """

    locale: str = "da-DK"
    timezone: str = "Europe/Copenhagen"
    width: int = 1280
    height: int = 900
    sandbox: bool = True
    executable: Path | None = None
    memory_bytes: int = 3 * 2**30
