"""Two hundred Bilag: processor time against typst on the same text, and with the same pictures.

The floor is typst in a process of its own: all the same words in the plainest document with
headings, to the same two standards, in the same fonts, our previews put in as they are. Ours is all
from values to files: words, characters, pictures for paper, the process. Processor time, since
the press gives way to everything else on the machine.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from service.documents.fonts import FAMILIES, font_folders
from service.documents.press import STANDARDS
from service.documents.values import Annex, Channel
from service.documents.wording import Wording
from tests.bench.figures import Figure
from tests.service.documents.booklets import THREAT, annex, booklet, picture, printed

_ANNEXES = 200
_PICTURES = 40
_ROUNDS = 3
_TEXT = "\n\n".join(
    [THREAT, "Du hører fra mig igen, og det bliver ikke pænt. " * 12, "Hilsen Gert"]
)
_FLOOR = """
import json, os, sys, typst
order = json.loads(sys.stdin.buffer.readline())
handle = os.memfd_create("floor")
os.write(handle, sys.stdin.buffer.read())
source = b'''
#let d = json(bytes(sys.inputs.data))
#let files = read(sys.inputs.files, encoding: none)
#set document(title: "x")
#set text(font: d.fonts, lang: "da", size: 10pt)
#for one in d.pages {
  pagebreak(weak: true)
  heading(one.title)
  for line in one.lines [#line \\\\ ]
  if one.to > 0 {
    image(files.slice(one.from, one.to), format: "webp", alt: one.title, height: 120mm)
  }
}
'''
sys.stdout.buffer.write(typst.compile(
    source, root="/proc/self/fd",
    sys_inputs={"data": json.dumps(order["data"]), "files": f"/{handle}"},
    font_paths=order["folders"], ignore_system_fonts=True, pdf_standards=order["standards"],
))
"""


def run() -> Iterator[Figure]:
    """Print both ratios."""
    texts = [annex(number, text=_TEXT) for number in range(1, _ANNEXES + 1)]
    yield _figure("typst on the same text", texts, [])
    shots = [picture(1080, 1600 - number, noisy=number % 4 == 0) for number in range(_PICTURES)]
    shown = [
        annex(
            number, channel=Channel.PICTURE, text=None, machine_text=_TEXT, pictures=(number - 1,)
        )
        for number in range(1, _PICTURES + 1)
    ]
    yield _figure("typst on the same text and pictures", shown + texts[_PICTURES:], shots)


def _figure(floor: str, annexes: Sequence[Annex], images: Sequence[bytes]) -> Figure:
    what = booklet(annexes, images=images)
    order = _order(annexes, images)
    ours, bare, size = [], [], 0
    for _ in range(_ROUNDS):
        seconds, parts = _used(lambda: printed(what, most_bytes=None))
        ours.append(seconds)
        size = sum(map(len, parts))
        seconds, _pdf = _used(lambda: [_typst_alone(order)])
        bare.append(seconds)
    details = f"{min(ours):.2f} s against {min(bare):.2f} s of processor, {size / 1e6:.1f} MB"
    return Figure(
        f"{len(annexes)} Bilag: time to {floor}", min(ours) / min(bare), 3.0, details, True
    )


def _used(work: Callable[[], list[bytes]]) -> tuple[float, list[bytes]]:
    """Return the seconds of processor that a work took, its processes included."""
    before = _seconds()
    done = work()
    return _seconds() - before, done


def _seconds() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _all_said(told: dict[str, Any]) -> Iterator[str]:
    """Yield every line that our own page of this Bilag says."""
    yield "".join(told["subtitle"])
    for row in (*told["facts"], *told["proof"]):
        yield f"{row['name']} {''.join(row['value'])} {row['known'] or ''}"
    for block in (told["quote"], told["read"]):
        if block:
            yield block["title"]
            yield from map("".join, block["lines"])
            yield "".join(block["note"])


def _order(annexes: Sequence[Annex], images: Sequence[bytes]) -> bytes:
    wording = Wording("da")
    places, at = [], 0
    for one in images:
        places.append((at, at + len(one)))
        at += len(one)
    pages = []
    for shown in annexes:
        begin, end = places[shown.pictures[0] or 0] if shown.pictures else (0, 0)
        lines = list(_all_said(wording.annex(shown)))
        pages.append({"title": f"Bilag {shown.number}", "lines": lines, "from": begin, "to": end})
    order = {
        "data": {"fonts": list(FAMILIES), "pages": pages},
        "folders": [str(one) for one in font_folders()],
        "standards": STANDARDS,
    }
    return json.dumps(order).encode() + b"\n" + b"".join(images)


def _typst_alone(order: bytes) -> bytes:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _FLOOR],
        input=order,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout
