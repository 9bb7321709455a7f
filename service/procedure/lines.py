"""On which line of a TOML file a place stands.

The standard library's reader keeps no positions, so this walks the headers and keys again. It
is used for error messages only: a file that it reads differently still loads the same.
"""

import re

Place = tuple[int | str, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.\-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([\w.\-]+)\s*=")


def line_of(text: str, place: Place) -> int | None:
    """Return the line (from 1) of the place, or of the nearest table around it."""
    best: tuple[int, int] | None = None
    for number, found in _places(text):
        if found and found == place[: len(found)] and (best is None or len(found) > best[0]):
            best = (len(found), number)
    return best[1] if best else None


def _places(text: str) -> list[tuple[int, Place]]:
    places: list[tuple[int, Place]] = []
    counts: dict[Place, int] = {}
    table: Place = ()
    inside_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        was_inside = inside_text
        if line.count('"""') % 2:
            inside_text = not inside_text
        if was_inside:
            continue
        if header := _HEADER.match(line):
            table = _table(header[2].split("."), counts, grows=header[1] == "[[")
            places.append((number, table))
        elif key := _KEY.match(line):
            names = key[1].split(".")
            places.extend((number, (*table, *names[:depth])) for depth in range(1, len(names) + 1))
    return places


def _table(names: list[str], counts: dict[Place, int], *, grows: bool) -> Place:
    """Return the place a header opens; `[[steps]]` opens the next one of them."""
    place: Place = ()
    for depth, name in enumerate(names, start=1):
        place = (*place, name)
        if grows and depth == len(names):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place
