"""Having a document made: the press is a process of its own, watched, and tried more plainly."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from service.documents.errors import DocumentFailed
from service.documents.fonts import font_folders
from service.documents.press import Order

Told = Callable[[int], None]
"""Called with how many annexes are placed; may raise, which ends the press."""

_SECONDS: Final = 60
_SECONDS_AN_ANNEX: Final = 3
_WALL: Final = 4.0
"""On a busy machine others share the processors with it."""


def printed(order: Order, pictures: Sequence[bytes], told: Told) -> list[bytes]:
    """Return the parts of a document as PDF files; raises `DocumentFailed`, `FontsMissing`.

    Where the press breaks off it is tried without pictures, and then with letters, figures and
    common signs only: a police report waits for this file, and a plain one beats none.
    """
    font_folders()
    last = ""
    seconds = _SECONDS + _SECONDS_AN_ANNEX * len(order.annexes)
    whole = vars(order) | {"sizes": [len(one) for one in pictures], "seconds": seconds}
    for plainer in (_as_it_is, _without_pictures, _plainest):
        try:
            return _pressed(json.dumps(plainer(whole)).encode(), pictures, told, seconds)
        except DocumentFailed as failed:
            last = str(failed)
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


def _pressed(order: bytes, pictures: Sequence[bytes], told: Told, seconds: int) -> list[bytes]:
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
        feed = threading.Thread(target=_feed, args=(press, order, pictures), daemon=True)
        feed.start()
        try:
            parts = _heard(press, told)
        except BaseException:
            press.kill()
            raise
        finally:
            watch.cancel()
            feed.join()
    if press.returncode != 0 or not parts:
        raise DocumentFailed(f"the press ended with {press.returncode}")
    return parts


def _feed(press: subprocess.Popen[bytes], order: bytes, pictures: Sequence[bytes]) -> None:
    if press.stdin is None:
        return
    try:
        with press.stdin as door:
            door.write(order + b"\n")
            for one in pictures:
                door.write(one)
    except OSError:
        return  # it ended early; its return code says so


def _heard(press: subprocess.Popen[bytes], told: Told) -> list[bytes]:
    parts: list[bytes] = []
    if press.stdout is None:
        return parts
    while line := press.stdout.readline():
        said = json.loads(line)
        if "part" in said:
            parts.append(press.stdout.read(said["part"]))
        else:
            told(said["done"])
    return parts
