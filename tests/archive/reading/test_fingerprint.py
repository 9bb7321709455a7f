import io
from itertools import combinations

import pytest
from PIL import Image, ImageDraw

from archive.confinement.confinement import Confinement
from archive.reading.fingerprint import Fingerprint, alike, apart, near
from tests.archive.reading.screenshots import Look, made


def photograph(seed: int = 0) -> Image.Image:
    picture = Image.radial_gradient("L").resize((1200, 900)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for number in range(12):
        left, top = (number * 97 + seed * 211) % 1000, (number * 61 + seed * 131) % 700
        colour = (number * 20, 255 - number * 18, seed * 40 % 255)
        draw.ellipse((left, top, left + 60 + number * 14, top + 90), fill=colour)
    return picture


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def seen(confinement: Confinement, data: bytes) -> Fingerprint:
    return Fingerprint(**confinement.read("image", data).facts["fingerprint"])


def recompressed(one: Image.Image) -> bytes:
    return saved(one, "JPEG", quality=30)


def smaller(one: Image.Image) -> bytes:
    return saved(one.resize((one.width // 3, one.height // 3)), "WEBP", quality=60)


def cropped(one: Image.Image) -> bytes:
    return saved(one.crop((0, one.height // 50, one.width, one.height)), "JPEG", quality=80)


def grey(one: Image.Image) -> bytes:
    return saved(one.convert("L"), "GIF")


@pytest.mark.parametrize("change", [recompressed, smaller, cropped, grey])
@pytest.mark.parametrize("source", ["photograph", "screenshot"])
def test_a_picture_that_was_saved_anew_looks_alike(
    confinement: Confinement, source: str, change: object
) -> None:
    shot = Image.open(io.BytesIO(made(Look(), 1).data)).convert("RGB")
    picture = photograph() if source == "photograph" else shot

    one = seen(confinement, saved(picture))
    other = seen(confinement, change(picture))  # type: ignore[operator]  # one of the four above

    assert alike(one, other), (apart(one.coarse, other.coarse), apart(one.fine, other.fine))


def test_other_pictures_do_not_look_alike(confinement: Confinement) -> None:
    shots = [seen(confinement, made(Look(comments=2 + n % 3), n).data) for n in range(10)]
    photographs = [seen(confinement, saved(photograph(n))) for n in range(5)]

    pairs = [*combinations(shots, 2), *combinations(photographs, 2)]
    assert not [pair for pair in pairs if alike(*pair)]


def test_a_blank_picture_has_no_fingerprint(confinement: Confinement) -> None:
    facts = confinement.read("image", saved(Image.new("RGB", (400, 300), "white"))).facts

    assert "fingerprint" not in facts


def test_alike_ones_share_a_band_but_for_one_bit() -> None:
    one = Fingerprint("0123456789abcdef", "0" * 64)
    other = Fingerprint(
        f"{int(one.coarse, 16) ^ 0b1_0000_0011_0001_0000_0011_0000_0001:016x}", "0" * 64
    )

    assert apart(one.coarse, other.coarse) == 7
    assert any(
        theirs in set(near(ours)) for ours, theirs in zip(one.bands(), other.bands(), strict=True)
    )
    assert one.bands() == (0x0123, 0x4567, 0x89AB, 0xCDEF)
