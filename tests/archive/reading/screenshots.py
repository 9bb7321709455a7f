"""Made-up screenshots of phones, and what stands in them: fonts, light, dark, packed, turned."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[3]
_PLEX = ROOT / "node_modules/dkfds/src/fonts/IBMPlexSans/complete/woff"
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_FACES = (
    (_PLEX / "IBMPlexSans-Regular.woff", _PLEX / "IBMPlexSans-Bold.woff"),
    (_DEJAVU / "DejaVuSans.ttf", _DEJAVU / "DejaVuSans-Bold.ttf"),
    (_DEJAVU / "DejaVuSansCondensed.ttf", _DEJAVU / "DejaVuSansCondensed-Bold.ttf"),
    (_DEJAVU / "DejaVuSerif.ttf", _DEJAVU / "DejaVuSerif-Bold.ttf"),
    (_PLEX / "IBMPlexSans-Light.woff", _PLEX / "IBMPlexSans-SemiBold.woff"),
)
_NAMES = (
    "Gert Vred", "Søren Ågård", "Åse Kjær", "Børge Østergård", "Marie Lærke", "Ærlig Dansker",
    "Kåre Bjørnstad", "Angry Citizen", "Jørn Æbelø", "Ida Grøn",
)  # fmt: skip
_SAID = (
    "Du er en idiot, og jeg ved godt, hvor du bor. Pas på dig selv, når du går hjem i aften.",
    "Hvor er det dog ærgerligt, at kommunen ansætter sådan nogle uduelige mennesker på øen.",
    "I skal få kærligheden at føle. Åh ja, vi ses på rådhuset på lørdag klokken 14.30!",
    "Jeg håber, at du bliver fyret, og at hele din familie må flytte væk herfra for altid.",
    "Kan nogen fortælle mig, hvorfor borgerne skal betale 4.500 kr. for det vrøvl?",
    "Dere er en skam for hele bygda. Nå er det på tide at noen gjør noe med dette her.",
    "Hun burde skamme sig. Løgn fra ende til anden, og så får hun oven i købet løn for det.",
    "I know where you work and I will be waiting outside, you pathetic little liar.",
    "Sådan én som dig skulle aldrig have haft lov til at arbejde med børn. Føj for en ulykke!",
    "Tak for hjælpen i går. Det var rart at møde jer, og kaffen var også rigtig god.",
)
_FEET = ("Synes godt om  Svar  3 t.", "Like  Reply  2d", "Svar  Del  15 min", "Liker  Svar  1 d")
SAME = "Du er en idiot og alle ved det"
_SLIGHT = 2.0
_TILTS = (90.0, 1.0, 10.0, 180.0, -1.5, -10.0, 270.0, 0.0)
_EMOJI = ("", "", "☺", "❤", "👍")


@dataclass(frozen=True)
class Look:
    """How a screenshot is made: `turn` is told in EXIF, `tilt` (degrees) by nothing."""

    face: int = 0
    width: int = 1080
    size: int = 42
    dark: bool = False
    bubbles: bool = False
    emoji: bool = False
    kind: str = "PNG"
    quality: int = 90
    scale: float = 1.0
    turn: int = 1
    tilt: float = 0.0
    comments: int = 4


@dataclass(frozen=True)
class Shot:
    """A screenshot and the text that stands in it."""

    look: Look
    data: bytes
    text: str


def sixty() -> Iterator[Shot]:
    """Make the sixty on which accuracy is printed."""
    chance = random.Random(60)  # noqa: S311 — made-up words, no secrets
    for number in range(60):
        kind = ("PNG", "JPEG", "JPEG", "WEBP")[number % 4]
        look = Look(
            face=number % len(_FACES),
            width=(1080, 1170, 750, 1440, 828)[number % 5],
            dark=number % 3 == 1,
            bubbles=number % 2 == 1,
            emoji=number % 6 == 5,
            kind=kind,
            quality=chance.choice((30, 40, 50, 60, 75, 90)),
            scale=(1.0, 1.0, 0.75, 1.0, 0.5, 1.3)[number % 6],
            turn=6 if number % 10 == 9 else 1,
            tilt=_TILTS[number // 4 % len(_TILTS)] if number % 4 == 2 else 0.0,
        )
        yield made(look, number)


def made(look: Look, number: int = 0) -> Shot:
    """Make one screenshot; the same number gives the same words."""
    chance = random.Random(number)  # noqa: S311 — made-up words, no secrets
    unit = look.width / 1080
    size = round(look.size * unit)
    plain, bold = _fonts(look.face, size)
    ground, ink, bubble = (
        ((18, 18, 20), (235, 235, 240), (44, 44, 50))
        if look.dark
        else ((255, 255, 255), (20, 20, 24), (240, 242, 245))
    )
    picture = Image.new("RGB", (look.width, round(2400 * unit)), ground)
    draw = ImageDraw.Draw(picture)
    said: list[str] = []
    top = round(90 * unit)
    left = round(170 * unit)
    for name, words in zip(
        chance.sample(_NAMES, look.comments), chance.sample(_SAID, look.comments), strict=True
    ):
        lines = _wrapped(words, plain, look.width - left - round(90 * unit))
        height = round(size * 1.35)
        if look.bubbles:
            box = (left - 30 * unit, top - 18 * unit, look.width - 50 * unit)
            lower = top + height * (len(lines) + 1) + 20 * unit
            draw.rounded_rectangle((box[0], box[1], box[2], lower), 36 * unit, fill=bubble)
        draw.ellipse((30 * unit, top, 130 * unit, top + 100 * unit), fill=(90, 120, 180))
        draw.text((left, top), name, font=bold, fill=ink)
        said.append(name)
        top += height
        for place, line in enumerate(lines):
            tail = chance.choice(_EMOJI) if look.emoji and place == len(lines) - 1 else ""
            draw.text((left, top), f"{line} {tail}".rstrip(), font=plain, fill=ink)
            said.append(line)
            top += height
        foot = chance.choice(_FEET)
        top += round(26 * unit)
        draw.text((left, top), foot, font=plain, fill=(130, 134, 140))
        said.append(foot)
        top += round(height * 1.9)
    picture = picture.crop((0, 0, look.width, top + round(60 * unit)))
    if look.tilt:
        picture = picture.rotate(
            look.tilt, Image.Resampling.BICUBIC, expand=abs(look.tilt) > _SLIGHT, fillcolor=ground
        )
    return Shot(look, _packed(picture, look), "\n".join(said))


def tall(comments: int = 60) -> Shot:
    """Make a screenshot as a phone joins it from many screens: 1080 wide, some 20,000 high."""
    parts = [made(Look(), number) for number in range(comments // 4)]
    pictures = [Image.open(io.BytesIO(part.data)) for part in parts]
    whole = Image.new("RGB", (1080, sum(one.height for one in pictures)), "white")
    top = 0
    for one in pictures:
        whole.paste(one, (0, top))
        top += one.height
    return Shot(Look(), _packed(whole, Look()), "\n".join(part.text for part in parts))


def same_line(times: int, degrees: float) -> bytes:
    """Return a picture of one line over and over, lying so many degrees."""
    picture = Image.new("RGB", (900, 60 + 60 * times), "white")
    draw = ImageDraw.Draw(picture)
    for number in range(times):
        draw.text((40, 30 + 60 * number), SAME, font=_fonts(0, 40)[0], fill=(20, 20, 24))
    return _packed(picture.rotate(degrees, expand=True), Look())


def scene(degrees: float = 0.0) -> bytes:
    """Return a picture without a letter: coloured shapes, lying so many degrees."""
    chance = random.Random(7)  # noqa: S311 — made-up shapes, no secrets
    picture = Image.new("RGB", (900, 700), (120, 160, 210))
    draw = ImageDraw.Draw(picture)
    for _ in range(160):
        left, top = chance.randrange(900), chance.randrange(700)
        size, ink = chance.randrange(10, 180), tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((left - size / 2, top - size / 2, left + size / 2, top), fill=ink)
    return _packed(picture.rotate(degrees, expand=True), Look())


def accuracy(found: str, wanted: str) -> float:
    """Return one minus the edits by character, spaces counted as one."""
    one, other = _bare(found), _bare(wanted)
    return max(0.0, 1 - _edits(one, other) / max(1, len(other)))


def danish(found: str, wanted: str) -> tuple[int, int]:
    """Return how many æ, ø, å of the text were found, word by word, and how many there are."""
    words = set(found.split())
    all_letters = [word for word in wanted.split() if set(word.lower()) & set("æøå")]
    return sum(word in words for word in all_letters), len(all_letters)


@cache
def _fonts(face: int, size: int) -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
    pair = _FACES[face]
    if not all(path.is_file() for path in pair):
        pair = _FACES[0]
    plain, bold = (ImageFont.truetype(path, size) for path in pair)
    return plain, bold


def _wrapped(words: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _packed(picture: Image.Image, look: Look) -> bytes:
    if look.scale != 1.0:
        size = (round(picture.width * look.scale), round(picture.height * look.scale))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    exif = Image.Exif()
    if look.turn == 6:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, look.kind, quality=look.quality, exif=exif)
    return out.getvalue()


def _bare(text: str) -> str:
    return " ".join(text.replace("·", " ").split())


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
