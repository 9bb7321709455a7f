"""Having a document made: the press is a process of its own, watched, and tried more plainly."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from service.documents.errors import DocumentFailed
from service.documents.fonts import font_folders
from service.documents.order import MISSING, Order, sources_of

Told = Callable[[int], None]
"""Called with how many annexes are placed; may raise, which ends the press."""

Picture = bytes | None
"""The bytes of a picture or a file; None where it does not open."""

_SECONDS: Final = 60
_SECONDS_AN_ANNEX: Final = 3
_WALL: Final = 4.0
"""On a busy machine others share the processors with it."""


class Plainness(StrEnum):
    """What the press had to leave out so that there is a document at all."""

    NOTHING = "nothing"
    PICTURES = "without_pictures"
    LETTERS = "plain_letters"
    """Pictures and attached files, and every uncommon letter is a question mark."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document: its parts as PDF files, and what is lacking in it.

    `unshown` are the places of annexes of which a picture could not be shown.
    """

    parts: list[bytes]
    without: Plainness
    unshown: tuple[int, ...]


def printed(order: Order, pictures: Sequence[Picture], told: Told) -> Printed:
    """Return a document; raises `DocumentFailed`, `FontsMissing`.

    Where the press breaks off it is tried without pictures, and then with letters, figures and
    common signs only: a police report waits for this file, and a plain one beats none.
    `pictures` are asked for one after another as the press takes them, and no picture is asked
    for by a try that shows none; so they may lie sealed until then.
    """
    font_folders()
    last = ""
    seconds = _SECONDS + _SECONDS_AN_ANNEX * len(order.annexes)
    whole = vars(order) | {"seconds": seconds}
    for without, plainer in _TRIES:
        tried = plainer(whole)
        wanted = (pictures[one] for one in sources_of(tried["annexes"]))
        try:
            parts, unshown = _pressed(json.dumps(tried).encode(), wanted, told, seconds)
        except DocumentFailed as failed:
            last = str(failed)
        else:
            return Printed(parts, without, tuple(unshown))
    raise DocumentFailed(last)


def _as_it_is(order: dict[str, Any]) -> dict[str, Any]:
    return order


def _without_pictures(order: dict[str, Any]) -> dict[str, Any]:
    return order | {
        "annexes": [
            annex | {"pictures": [one | {"source": None} for one in annex["pictures"]]}
            for annex in order["annexes"]
        ]
    }


def _plainest(order: dict[str, Any]) -> dict[str, Any]:
    fonts = order["data"]["fonts"]
    plain: dict[str, Any] = _plain(_without_pictures(order))
    plain["data"]["fonts"] = fonts
    plain["annexes"] = [annex | {"attached": []} for annex in plain["annexes"]]
    return plain


def _plain(value: Any) -> Any:
    """Return a value in which every uncommon character is a question mark."""
    if isinstance(value, str):
        return value.encode("latin-1", "replace").decode("latin-1")
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


_TRIES: Final = (
    (Plainness.NOTHING, _as_it_is),
    (Plainness.PICTURES, _without_pictures),
    (Plainness.LETTERS, _plainest),
)


def _pressed(
    order: bytes, wanted: Iterator[Picture], told: Told, seconds: int
) -> tuple[list[bytes], list[int]]:
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "service.documents.press"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what typst says of a fault may hold words of the text
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "RAYON_NUM_THREADS": "2"},
        start_new_session=True,
    ) as press:
        watch = threading.Timer(seconds * _WALL, press.kill)
        watch.start()
        feed = threading.Thread(target=_feed, args=(press, order, wanted), daemon=True)
        feed.start()
        try:
            heard = _heard(press, told)
        except BaseException:
            press.kill()
            raise
        finally:
            watch.cancel()
            feed.join()
    if press.returncode != 0 or not heard[0]:
        raise DocumentFailed(f"the press ended with {press.returncode}")
    return heard


def _feed(press: subprocess.Popen[bytes], order: bytes, wanted: Iterator[Picture]) -> None:
    """Write the order, then each picture beneath a line with its size: one in memory at a time."""
    if press.stdin is None:
        return
    try:
        with press.stdin as door:
            door.write(order + b"\n")
            for one in wanted:
                door.write(b"%d\n" % (MISSING if one is None else len(one)))
                door.write(one or b"")
    except OSError:
        return  # it ended early; its return code says so


def _heard(press: subprocess.Popen[bytes], told: Told) -> tuple[list[bytes], list[int]]:
    parts: list[bytes] = []
    unshown: list[int] = []
    if press.stdout is None:
        return parts, unshown
    while line := press.stdout.readline():
        said = json.loads(line)
        if "part" in said:
            parts.append(press.stdout.read(said["part"]))
        else:
            if said["unshown"]:
                unshown.append(said["done"] - 1)
            told(said["done"])
    return parts, unshown
