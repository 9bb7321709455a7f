"""Made pages, each with what stands on it: every way to write a thread, in five languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.capture.made.noise import AROUND, NOISE
from tests.capture.made.people import WORDS, Chance, Said, in_order
from tests.capture.made.threads import WAYS

_SIZES = (2, 3, 5, 8, 14)


@dataclass(frozen=True)
class MadePage:
    """A page, and the posts that stand on it."""

    name: str
    html: str
    posts: tuple[Said, ...]


def made_pages(variants: int) -> Iterator[MadePage]:
    """`variants` of every way to write a thread, then every kind of page that holds none."""
    languages = list(WORDS)
    for place, (name, way) in enumerate(WAYS.items()):
        for variant in range(variants):
            random = Random(f"{name}{variant}")  # noqa: S311  # the same every time
            chance = Chance(random, languages[(place + variant) % len(languages)], variant % 3 == 1)
            size = max(way.least, _SIZES[(place + variant) % len(_SIZES)])
            thread = chance.thread(size, nested=way.nested)
            posts = in_order(thread)
            inner = way.write(thread, chance)
            yield MadePage(f"{name}-{variant}", _page(inner, chance, variant), tuple(posts))
    for noise in NOISE:
        chance = Chance(Random(noise.__name__), "da", near=False)  # noqa: S311  # the same every time
        yield MadePage(noise.__name__, _page(noise(chance), chance, 0), ())


def _page(inner: str, chance: Chance, variant: int) -> str:
    """With each variant more around it."""
    head = f'<html lang="{chance.language}"><head><meta charset="utf-8"><title>Side</title></head>'
    lead = (
        "<h1>Ny cykelsti ved havnen</h1>"
        "<p>Kommunen bygger en ny cykelsti. Den bliver færdig til foråret.</p>"
    )
    if "<h1>" in inner:
        lead = ""
    before = after = ""
    if variant % 2:
        kinds = chance.random.sample(AROUND, 3)
        before, after = kinds[0](chance), kinds[1](chance) + kinds[2](chance)
    if variant % 4 == 2:  # one in four
        lead = f'<article>{lead}<p class="byline">Af Jo Ravn, 3. november 2026</p></article>'
    foot = "<footer><p>Kommunen, Torvet 1</p><p>Opdateret 3. november 2026</p></footer>"
    main = f"<main>{lead}<div class=w>{inner}</div></main>"
    return f"<!doctype html>{head}<body>{before}{main}{after}{foot}</body></html>"
