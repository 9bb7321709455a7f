"""The visit job: one capture in a browser of its own, sealed, read into posts, judged, kept."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement

from archive.records.pages import VisitRecord
from capture.browser.settings import BrowserSettings
from service.casework.capture.keeping import fail_visit, keep_capture, seal_capture
from service.casework.moderation.judging import judge_posts
from service.installation import Installation
from service.jobs.claims import Claim
from service.jobs.kinds import Kind, Wake
from service.settings import host_and_port


def waiting() -> ColumnElement[bool]:
    """Return which visits wait."""
    return VisitRecord.status == "requested"


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Visit the address, and keep what was seen, whatever came of it."""
    # The browser's driver loads slowly: a service starts without it.
    from capture.visit import VisitSettings, capture_to_memory

    del wake
    with installation.database.reading() as session:
        url = session.get_one(VisitRecord, claim.id).url
    settings = installation.settings
    report, files = capture_to_memory(
        url,
        now=installation.clock.now,
        allow=[host_and_port(one) for one in settings.capture_allow],
        refuse=own_doors(installation),
        settings=VisitSettings(
            wall_seconds=settings.capture_seconds,
            browser=BrowserSettings(sandbox=settings.browser_sandbox),
        ),
    )
    sealed = seal_capture(installation, files)
    posts = [(one.post.id, one.post.text, one.post.author) for one in report.posts]
    keep_capture(installation, claim, report, sealed, judge_posts(installation, posts))


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """End a visit that our own side could not carry out."""
    fail_visit(installation, claim, code)


def own_doors(installation: Installation) -> list[tuple[str, int]]:
    """Return Værn's own listeners, which capture never reaches, even when they are listed.

    The ports really taken stand in `listening.json`, which the serving process writes.
    """
    settings = installation.settings
    doors = [host_and_port(one) for one in (settings.http, settings.evidence_http, settings.smtp)]
    try:
        listening = json.loads((installation.data / "listening.json").read_bytes())
    except (OSError, ValueError):
        return doors
    for name in ("http", "evidence"):
        parts = urlsplit(str(listening.get(name, "")))
        if parts.hostname and parts.port:
            doors.append((parts.hostname, parts.port))
    return doors


VISITS = Kind("visits", VisitRecord, waiting, perform, give_up, at_once=1, most_attempts=3)
