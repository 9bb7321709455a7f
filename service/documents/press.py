"""The process that makes a document: data and pictures come in, PDF files go out, nothing on disk.

`python -I -m service.documents.press`. In: one line of JSON (`Order`), then
each picture in the order in which the annexes name them: a line with its size,
its bytes. Out: lines of JSON, each saying how far it is, or that so many bytes
of a finished PDF follow. A picture is made small when it comes, so that only
one of them lies here as it was.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import typst

from service.documents import walls
from service.documents.fonts import font_folders
from service.documents.order import MISSING, Order
from service.documents.pictures import NoPicture, slices_of

STANDARDS: Final[list[Any]] = ["a-3a", "ua-1"]
"""Archival with attachments (ISO 19005-3, level A) and accessible (ISO 14289-1)."""

TEMPLATES: Final = Path(__file__).parent / "templates"
_OF_A_PAGE: Final = 12_000
_OF_THE_REST: Final = 120_000
"""Bytes that a page of text, and fonts with front and last page, take at the most, about."""

_ROOM: Final = 0.92
_DESCRIPTORS: Final = "/proc/self/fd"
"""What typst takes for its folder: the only file there for it is one that lies in memory."""


def main() -> None:
    """Read an order, and make it."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    order = Order(**json.loads(source.readline()))
    template = (TEMPLATES / order.template).read_bytes()
    fonts = typst.Fonts(False, True, list(font_folders()))
    walls.put_up(font_folders(), order.seconds)
    files: dict[str, bytes] = {}
    for number, annex in enumerate(order.annexes, 1):
        whole = _place(annex, source, files, order)
        _say(out, {"done": number, "unshown": not whole})
    for pdf in _parts(order, template, fonts, files):
        _say(out, {"part": len(pdf)})
        out.write(pdf)
    out.flush()


def _place(annex: dict[str, Any], door: BinaryIO, files: dict[str, bytes], order: Order) -> bool:
    """Put an annex's pictures and attachments among the files of the compilation.

    Returns whether all of them could be shown.
    """
    whole = True
    placed: list[dict[str, Any]] = []
    for wanted in annex["pictures"]:
        source = wanted.pop("source")
        try:
            cuts, all_of_it = slices_of((_next(door) if source is not None else None) or b"")
        except (NoPicture, MemoryError):
            placed.append(wanted | {"name": None, "alt": wanted["missing"]})
            whole = False
            continue
        for number, cut in enumerate(cuts, 1):
            name = f"picture-{source}-{number}.jpg"
            files[name] = cut.data
            told = order.slice_line.format(number=number, count=len(cuts)) if cuts[1:] else ""
            if not all_of_it and number == len(cuts):
                told = f"{told} {order.cut_line}"
            caption = " ".join(part for part in (wanted["caption"], told) if part)
            alt = " ".join(part for part in (wanted["alt"], told) if part)
            size = {"width": cut.width, "height": cut.height}
            placed.append(wanted | {"name": name, "alt": alt, "caption": caption} | size)
    annex["pictures"] = placed
    opened = [(one, _next(door)) for one in annex["attached"]]
    annex["attached"] = [one for one, data in opened if data is not None]
    for attached, data in opened:
        if data is not None:
            attached["path"] = f"attached-{attached.pop('source')}"
            files[attached["path"]] = data
    return whole and all(data is not None for _, data in opened)


def _next(door: BinaryIO) -> bytes | None:
    """Return the picture that comes next; None where it did not open."""
    size = int(door.readline())
    return None if size == MISSING else door.read(size)


def _parts(
    order: Order, template: bytes, fonts: typst.Fonts, files: dict[str, bytes]
) -> Iterator[bytes]:
    """Yield the finished parts: as few as the size allows, each told how many there are."""
    room = order.most_bytes
    while True:
        groups = _divided(order.annexes, files, room)
        made = [
            _compiled(order, template, fonts, files, groups=groups, number=number)
            for number in range(len(groups))
        ]
        over = max(map(len, made)) / order.most_bytes if order.most_bytes else 0
        if over <= 1 or all(len(group) <= 1 for group in groups):
            yield from made
            return
        room = int((room or 0) * _ROOM / over)


def _divided(
    annexes: list[dict[str, Any]], files: dict[str, bytes], room: int | None
) -> list[list[dict[str, Any]]]:
    groups: list[list[dict[str, Any]]] = [[]]
    size = _OF_THE_REST
    for annex in annexes:
        whole = _OF_A_PAGE + sum(
            len(files[name])
            for name in (
                *(one["name"] for one in annex["pictures"]),
                *(one["path"] for one in annex["attached"]),
            )
            if name
        )
        if room and groups[-1] and size + whole > room * _ROOM:
            groups.append([])
            size = _OF_THE_REST
        groups[-1].append(annex)
        size += whole
    return groups


def _compiled(
    order: Order,
    template: bytes,
    fonts: typst.Fonts,
    files: dict[str, bytes],
    *,
    groups: list[list[dict[str, Any]]],
    number: int,
) -> bytes:
    annexes = groups[number]
    here = {one["number"] for one in annexes}
    parts = {one["number"]: place for place, group in enumerate(groups, 1) for one in group}
    data = order.data | {
        "annexes": annexes,
        "parts": len(groups),
        "part": number + 1,
        "part_line": order.part_line.format(part=number + 1, parts=len(groups)),
        "overview": [
            one | {"here": one["number"] in here, "part": str(parts[one["number"]])}
            for one in order.data["overview"]
        ],
    }
    handle = _in_memory(annexes, files)
    compiled: Any = typst.compile  # its stub knows no `Fonts`
    try:
        made: bytes = compiled(
            template,
            root=_DESCRIPTORS,
            sys_inputs={"data": json.dumps(data, ensure_ascii=True), "files": f"/{handle}"},
            font_paths=fonts,
            ignore_system_fonts=True,
            pdf_standards=STANDARDS,
            timestamp=datetime.fromisoformat(order.made_at),
        )
    finally:
        os.close(handle)
    return made


def _in_memory(annexes: list[dict[str, Any]], files: dict[str, bytes]) -> int:
    """Put the files of these annexes end to end into memory that typst can read as a file.

    Each is told where it lies. What is sealed on disk is never on a disk in the open.
    """
    handle = os.memfd_create("files")
    at = 0
    for annex in annexes:
        for one in (*annex["pictures"], *annex["attached"]):
            data = files.get(one["name"] or "", b"") if "path" not in one else files[one["path"]]
            one["from"], one["to"] = at, at + len(data)
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            at += len(data)
    return handle


def _say(out: BinaryIO, told: dict[str, int | bool]) -> None:
    out.write(json.dumps(told).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
