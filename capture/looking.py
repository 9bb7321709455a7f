"""What a page holds, asked of it in a world of its own by the scripts of `capture/readers`."""

from __future__ import annotations

from typing import Any

from capture.browser.world import World, script
from capture.readers.facts import PageFacts, read_facts, read_structured
from capture.readers.json_ld import StructuredPost, descendants, read_json_ld
from capture.readers.wording import writings


async def documents_of(world: World) -> list[Any]:
    """The page's JSON-LD.

    Raises:
        FactsUnreadable: what came out of the page is not what our script returns.
        PageNeverStill: the page moved to another address each time.
    """
    return read_structured(await world.run(script("structured.js")))


async def facts_of(world: World, documents: list[Any]) -> tuple[PageFacts, list[StructuredPost]]:
    """The page's facts, and the posts that its JSON-LD states; raises what `documents_of` does."""
    url = str(await world.run("() => location.href"))
    structured = read_json_ld(documents, url)
    wanted = [
        {"texts": writings(post.text), "within": below}
        for post, below in zip(structured, descendants(structured), strict=True)
    ]
    for before in ("neighbours.js", "shapes.js"):  # each leaves to the next what it found
        await world.run(script(before))
    return read_facts(await world.run(script("extract.js"), wanted)), structured
