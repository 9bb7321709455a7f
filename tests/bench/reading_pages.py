"""Threads read by their shape alone, over made pages of every kind, beside what acceptance asks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.bench.figures import Figure
from tests.capture.made.measure import measured
from tests.capture.made.pages import made_pages
from tests.capture.readers.reading import read_pages
from tests.capture.site import Answer, open_site

VARIANTS = 8
_BARS = {"recall": 0.95, "precision": 0.95}
_FACTS_BAR = 0.9


def run() -> Iterator[Figure]:
    """Shares of 1: posts found, rightly found, and each of their facts."""
    pages = list(made_pages(VARIANTS))
    with open_site() as site:
        for page in pages:
            site.answers[f"/{page.name}"] = Answer(
                page.html.encode(), 200, {"Content-Type": "text/html; charset=utf-8"}
            )
        found = asyncio.run(
            read_pages([page.name for page in pages], site, lambda: datetime.now(UTC))
        )
    said = sum(len(page.posts) for page in pages)
    for fact, share in measured(pages, found).items():
        yield Figure(
            f"made pages, {fact}",
            share,
            _BARS.get(fact, _FACTS_BAR),
            f"{len(pages)} pages, {said} posts",
        )
