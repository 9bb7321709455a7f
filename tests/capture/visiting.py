"""Captures in tests: short waits, the test's own site allowed, files in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from capture.browser.settings import BrowserSettings
from capture.report import CaptureReport
from capture.settling import ScrollLimits
from capture.visit import VisitSettings, capture_to_memory
from tests.capture.site import Site

Now = Callable[[], datetime]
QUICK = VisitSettings(wall_seconds=40, answer_seconds=8, settle_seconds=3)


def visit(
    site: Site,
    path: str,
    now: Now,
    *,
    settings: VisitSettings = QUICK,
    refuse: Iterable[tuple[str, int]] = (),
) -> tuple[CaptureReport, dict[str, bytes]]:
    return capture_to_memory(
        site.url(path), now=now, allow=[site.place], refuse=refuse, settings=settings
    )


def document(files: dict[str, bytes], name: str = "capture.json") -> Any:
    return json.loads(files[name])


def settings(
    *,
    wall_seconds: float = 40,
    answer_seconds: float = 8,
    settle_seconds: float = 3,
    scroll_height: int = 100_000,
    executable: Path | None = None,
) -> VisitSettings:
    return VisitSettings(
        wall_seconds=wall_seconds,
        answer_seconds=answer_seconds,
        settle_seconds=settle_seconds,
        scroll=ScrollLimits(seconds=5, height=scroll_height),
        browser=BrowserSettings(executable=executable),
    )
