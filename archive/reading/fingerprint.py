"""Fingerprints of pictures: two that look alike have nearly the same, however they were saved.

`coarse` (64 bits) holds the signs of the lowest frequencies and survives
re-encoding, scaling and a light crop; `fine` (256 bits) holds where it gets
darker to the right and keeps apart what only has the same layout, as two
screenshots of one app have. Neither proves anything: equal bytes are told by
digests (`hashlib`), this only finds candidates for a person's eyes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

SIDE: Final = 32
FINE: Final = 16
MOST_COARSE: Final = 7
"""So many of 64 bits may differ; one of four bands then differs in at most one."""

MOST_FINE: Final = 44
"""So many of 256 bits may differ."""

_BANDS: Final = 4
_BAND_BITS: Final = 16
_LOW: Final = 8
_STEP: Final = 3
_FLAT: Final = 3.0
_COSINES: Final = [
    [math.cos(math.pi * (2 * x + 1) * u / (2 * SIDE)) for x in range(SIDE)] for u in range(_LOW + 1)
]


class Grey(Protocol):
    """A grey picture, as Pillow has it: the one thing that is asked of it."""

    def resize(self, size: tuple[int, int]) -> Any:
        """Return a copy of another size."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a picture looks like; both parts in hexadecimal."""

    coarse: str
    fine: str

    def bands(self) -> tuple[int, int, int, int]:
        """Return the four quarters of `coarse`, for the columns of a table."""
        number = int(self.coarse, 16)
        first, second, third, fourth = (
            number >> _BAND_BITS * place & 0xFFFF for place in reversed(range(_BANDS))
        )
        return first, second, third, fourth


def fingerprint_of(grey: Grey) -> Fingerprint | None:
    """Return the fingerprint of a grey picture; None for one without anything in it."""
    pixels = bytes(grey.resize((SIDE, SIDE)).tobytes())
    if _spread(pixels) < _FLAT:
        return None
    return Fingerprint(_coarse(pixels), _fine(bytes(grey.resize((FINE + 1, FINE)).tobytes())))


def near(band: int) -> Iterator[int]:
    """Yield the values of a band that differ in at most one bit."""
    yield band
    for place in range(_BAND_BITS):
        yield band ^ 1 << place


def alike(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether two pictures probably show the same."""
    return (
        apart(one.coarse, other.coarse) <= MOST_COARSE and apart(one.fine, other.fine) <= MOST_FINE
    )


def apart(one: str, other: str) -> int:
    """Return in how many bits two hexadecimal numbers differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _coarse(pixels: bytes) -> str:
    """Return the signs of 64 low frequencies against their median (a discrete cosine transform)."""
    rows = [pixels[y * SIDE : (y + 1) * SIDE] for y in range(SIDE)]
    across = [[_dot(cosine, row) for cosine in _COSINES] for row in rows]
    waves = [
        sum(_COSINES[v][y] * across[y][u] for y in range(SIDE))
        for v in range(_LOW)
        for u in range(_LOW)
        if u or v  # the first one is only how bright it is
    ]
    waves.append(sum(_COSINES[_LOW][y] * across[y][0] for y in range(SIDE)))
    middle = sorted(waves)[len(waves) // 2]
    return _hex(wave > middle for wave in waves)


def _fine(pixels: bytes) -> str:
    """Return where it gets clearly darker to the right; what is flat gives no bit to noise."""
    width = FINE + 1
    return _hex(
        pixels[y * width + x] > pixels[y * width + x + 1] + _STEP
        for y in range(FINE)
        for x in range(FINE)
    )


def _dot(cosine: Sequence[float], row: bytes) -> float:
    return sum(map(float.__mul__, cosine, map(float, row)))


def _spread(pixels: bytes) -> float:
    mean = sum(pixels) / len(pixels)
    return math.sqrt(sum((value - mean) ** 2 for value in pixels) / len(pixels))


def _hex(bits: Iterator[bool]) -> str:
    text = "".join("1" if bit else "0" for bit in bits)
    return f"{int(text, 2):0{len(text) // 4}x}"
