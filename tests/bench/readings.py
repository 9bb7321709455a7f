"""Text in pictures: time against bare Tesseract on the same pictures, and how much is right."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from archive.confinement.confinement import Confinement
from archive.reading.language_data import LANGUAGES, folder, unpack
from tests.archive.reading.screenshots import Shot, accuracy, danish, sixty
from tests.bench.figures import Figure

_TIMED = 10
_ROUNDS = 3
_AT_ONCE = 2

# The least that reads a picture: the same engine, languages and thread, in one warm process.
_BARE = """
import io, sys, time
import tesserocr
from PIL import Image
api = tesserocr.PyTessBaseAPI(path=sys.argv[1], lang=sys.argv[2], oem=tesserocr.OEM.LSTM_ONLY)
for line in sys.stdin:
    data = open(line.strip(), "rb").read()
    start = time.perf_counter()
    api.SetImage(Image.open(io.BytesIO(data)).convert("L"))
    api.GetUTF8Text()
    api.MeanTextConf()
    print(time.perf_counter() - start, flush=True)
"""


def run() -> Iterator[Figure]:
    """Print accuracy over sixty screenshots, and the ratio of time on ten of them."""
    unpack()
    shots = list(sixty())
    with Confinement(slow_at_once=_AT_ONCE) as confinement:
        confinement.read("picture_text", shots[0].data)
        yield _ratio(confinement, [shot for shot in shots if _as_it_came(shot)][:_TIMED])
        yield from _right(confinement, shots)


def bare_seconds(paths: Sequence[Path]) -> float:
    """Return the seconds in which one warm, bare process reads pictures, one after the other."""
    with _bare() as bare:
        _asked(bare, paths[0])
        seconds = sum(_asked(bare, path) for path in paths)
        if bare.stdin is not None:
            bare.stdin.close()
    return seconds


def _as_it_came(shot: Shot) -> bool:
    """Only those that bare Tesseract reads as well: upright and light."""
    look = shot.look
    return look.turn == 1 and not look.tilt and not look.dark and look.scale == 1.0


def _ratio(confinement: Confinement, shots: list[Shot]) -> Figure:
    ours: list[float] = []
    floor: list[float] = []
    with TemporaryDirectory() as place, _bare() as bare:
        for number, shot in enumerate(shots):
            path = Path(place) / f"{number}.img"
            path.write_bytes(shot.data)
            pairs = [(_ours(confinement, shot), _asked(bare, path)) for _ in range(_ROUNDS)]
            ours.append(min(pair[0] for pair in pairs))
            floor.append(min(pair[1] for pair in pairs))
        if bare.stdin is not None:
            bare.stdin.close()
    ratio = sum(ours) / sum(floor)
    details = f"{median(ours):.2f} s against {median(floor):.2f} s a picture, {len(shots)} pictures"
    return Figure("reading text in a picture: time to bare Tesseract", ratio, 1.2, details, True)


def _right(confinement: Confinement, shots: list[Shot]) -> Iterator[Figure]:
    start = time.perf_counter()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        readings = list(pool.map(lambda one: confinement.read("picture_text", one.data), shots))
    seconds = time.perf_counter() - start
    scores, found, whole, unsure = [], 0, 0, 0
    for shot, reading in zip(shots, readings, strict=True):
        text = str(reading.facts.get("text", ""))
        unsure += reading.facts["text_state"] != "read"
        scores.append(accuracy(text, shot.text))
        right, all_words = danish(text, shot.text)
        found, whole = found + right, whole + all_words
    details = (
        f"least {min(scores):.3f}, {unsure} below the gate, {len(shots) / seconds:.1f} a second"
    )
    yield Figure(
        "characters read right in sixty screenshots", sum(scores) / len(scores), 0.97, details
    )
    yield Figure("words with æ, ø, å read right", found / whole, 0.97, f"{found} of {whole}")


def _bare() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _BARE, f"{folder()}/", "+".join(LANGUAGES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"},
    )


def _asked(bare: subprocess.Popen[str], path: Path) -> float:
    if bare.stdin is None or bare.stdout is None:
        raise RuntimeError("no pipes")
    bare.stdin.write(f"{path}\n")
    bare.stdin.flush()
    return float(json.loads(bare.stdout.readline()))


def _ours(confinement: Confinement, shot: Shot) -> float:
    start = time.perf_counter()
    confinement.read("picture_text", shot.data)
    return time.perf_counter() - start
