"""Two hundred pictures and files that wish us harm, all made here, none larger than needed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cache

from PIL import Image

Item = tuple[str, bytes]
"""A file name as a sender would write it, and the bytes."""

_KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
_MAGIC = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8 ", b"II*\0",
    b"BM\0\0\0\0\0\0\0\0", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif", b"%PDF-1.7\n",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"{\\rtf1", b"\x1aE\xdf\xa3", b"OggS",
    b"ID3\x04", b"fLaC", b"\0\0\0\x18ftypisom", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"#!AMR\n",
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"FORM",
)  # fmt: skip


@cache
def by_name() -> Mapping[str, bytes]:
    """Return all of them by name, made once."""
    return dict(everything())


def everything() -> Iterator[Item]:
    """Make all of them."""
    for family in (
        _broken_pictures,
        _lying_pictures,
        _documents,
        _packages,
        _packed,
        _markup,
        _sound_and_film,
        _garbage,
    ):
        yield from family()


def _picture(kind: str, size: tuple[int, int] = (90, 60)) -> bytes:
    out = io.BytesIO()
    noise = Image.effect_noise(size, 60).convert("RGB")
    noise.save(out, kind)
    return out.getvalue()


def _broken_pictures() -> Iterator[Item]:
    chance = random.Random(1)  # noqa: S311 — the same bytes each time
    for kind in _KINDS:
        whole = _picture(kind)
        for part in (1, 3, 5, 7, 9):
            yield f"afbrudt-{part}.{kind.lower()}", whole[: len(whole) * part // 10]
        for number in range(5):
            bad = bytearray(whole)
            for _ in range(8):
                bad[chance.randrange(12, len(bad))] = chance.randrange(256)
            yield f"ødelagt-{number}.{kind.lower()}", bytes(bad)


def png(width: int, height: int, rows: bytes, *, depth: int = 1, extra: bytes = b"") -> bytes:
    """Return a PNG that claims a size, with these packed rows."""
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")
    out = b"\x89PNG\r\n\x1a\n"
    for place, (name, data) in enumerate(parts):
        out += chunk(name, data) + (extra if place == 0 else b"")
    return out


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


@cache
def _zeros(mebibytes: int) -> bytes:
    packer = zlib.compressobj(1)
    block = bytes(1024 * 1024)
    return b"".join(packer.compress(block) for _ in range(mebibytes)) + packer.flush()


def _lying_pictures() -> Iterator[Item]:
    for width, height in ((2**31 - 1, 1), (1, 2**31 - 1), (0, 0), (65_535, 65_535), (30_000, 9)):
        yield f"{width}x{height}.png", png(width, height, zlib.compress(b"\0" * 100))
    yield "bombe.png", png(8_000, 8_000, _zeros(9))
    yield "bombe-16.png", png(5_000, 5_000, _zeros(50), depth=16)
    text = chunk(b"zTXt", b"Comment\0\0" + _zeros(50))
    yield "tekst.png", png(8, 8, zlib.compress(b"\0" * 16), extra=text)
    profile = chunk(b"iCCP", b"x\0\0" + _zeros(50))
    yield "profil.png", png(8, 8, zlib.compress(b"\0" * 16), extra=profile)
    yield "ingenting.gif", b"GIF89a\xff\xff\xff\xff\0\0\0"
    frames = [Image.new("P", (4, 4), number % 2) for number in range(1_200)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], optimize=False)
    yield "tusind.gif", out.getvalue()
    yield "nan.tif", _tiff_of_floats(float("nan"))
    yield "inf.tif", _tiff_of_floats(float("inf"))
    yield "ring.tif", b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0"
    yield (
        "mange.tif",
        b"II*\0\x08\0\0\0" + b"\xff\xff" + b"\0\x01\x04\0\xff\xff\xff\xff\0\0\0\0" * 99,
    )
    yield "ulv.png", b"<html><script>alert(1)</script>"
    yield "ulv.jpg", b"MZ\x90\0" + bytes(400)
    yield "faktura.pdf.exe", b"MZ\x90\0" + bytes(400)
    yield "gif.js", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//"
    yield "billede-og-arkiv.jpg", _picture("JPEG") + _zip({"a.txt": b"hej"})
    yield "billede-og-side.png", _picture("PNG") + b"<script>alert(1)</script>"
    yield "exif.jpg", _jpeg_with_exif(b"Exif\0\0II*\0\xff\xff\xff\xff")
    yield (
        "exif-ring.jpg",
        _jpeg_with_exif(b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0"),
    )
    yield "script-i-exif.jpg", _jpeg_with_exif(b"Exif\0\0<script>alert(1)</script>")


def _tiff_of_floats(value: float) -> bytes:
    out = io.BytesIO()
    Image.new("F", (30, 20), value).save(out, "TIFF")
    return out.getvalue()


def _jpeg_with_exif(payload: bytes) -> bytes:
    whole = _picture("JPEG")
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + whole[2:]


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """Return a PDF of these objects, without a table: programs find them by searching."""
    out = b"%PDF-1.7\n"
    for number, item in enumerate(objects, 1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    return out + b"trailer<</Root %d 0 R/Size %d>>\n%%%%EOF\n" % (root, len(objects) + 1)


def one_page(content: bytes = b"", *, box: bytes = b"0 0 200 200", more: bytes = b"") -> bytes:
    """Return a PDF of one page."""
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R"
    page += b"/Resources<</Font<</F1 5 0 R>>>>" + more + b">>"
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, page, stream, font)


def _documents() -> Iterator[Item]:
    whole = one_page(b"BT /F1 24 Tf 20 40 Td (Hej) Tj ET")
    for part in range(1, 10):
        yield f"afbrudt-{part}.pdf", whole[: len(whole) * part // 10]
    script = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"
    yield "script.pdf", whole.replace(b"<</Type/Catalog/Pages 2 0 R>>", script)
    yield (
        "start.pdf",
        whole.replace(b"/Pages 2 0 R>>", b"/Pages 2 0 R/OpenAction<</S/Launch/F(x)>>>>"),
    )
    for name, box in (
        ("nan", b"nan nan nan nan"), ("stor", b"0 0 1e30 1e30"), ("omvendt", b"200 200 0 0"),
        ("nul", b"0 0 0 0"), ("smal", b"0 0 0.0001 90000"), ("tom", b""),
    ):  # fmt: skip
        yield f"boks-{name}.pdf", one_page(b"BT /F1 9 Tf (x) Tj ET", box=box)
    yield "ring.pdf", pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 9>>")
    kids = b"3 0 R " * 50_000
    tree = b"<</Type/Pages/Kids[" + kids + b"]/Count 50000>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    yield "mange.pdf", pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, page)
    yield "dyb.pdf", pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"[" * 200_000)
    bomb = _zeros(50)
    stream = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(bomb), bomb)
    yield "bombe.pdf", whole.replace(b"4 0 obj\n", b"4 0 obj\n" + stream + b"\nendobj\n9 0 obj\n")
    image = b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray"
    image += b"/BitsPerComponent 8/Filter/FlateDecode/Length 9>>stream\nx\nendstream"
    shown = one_page(b"q 200 0 0 200 0 0 cm /I Do Q", more=b"/Resources<</XObject<</I 6 0 R>>>>")
    yield "billede.pdf", shown.replace(b"trailer", b"6 0 obj\n" + image + b"\nendobj\ntrailer")
    yield "ord.pdf", b"%PDF-1.7\nikke mere"
    yield "tegn.pdf", one_page(b"q " * 300_000 + b"BT /F1 9 Tf (x) Tj ET")


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


def _document(xml: bytes, part: str = "word/document.xml") -> bytes:
    return _zip({"[Content_Types].xml": b"<Types/>", part: xml})


_LAUGHS = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + b"".join(
    b'<!ENTITY %c "%s">' % (99 + n, b"&%c;" % (98 + n) * 10) for n in range(9)
)


def _packages() -> Iterator[Item]:
    zeros = bytes(16 * 1024 * 1024)
    whole = _document(b"<w:document xmlns:w='w'><w:p><w:t>Hej</w:t></w:p></w:document>")
    for part in (1, 3, 5, 7, 9):
        yield f"afbrudt-{part}.docx", whole[: len(whole) * part // 10]
    yield "latter.docx", _document(_LAUGHS + b"]><d><t>&k;</t></d>")
    outside = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><t>&x;</t></d>'
    yield "udefra.docx", _document(outside)
    yield "dyb.docx", _document(b"<a>" * 300_000)
    yield "bombe.docx", _document(b"<w:t xmlns:w='w'>" + b"a" * len(zeros))
    yield (
        "bombe.xlsx",
        _zip(
            {
                "[Content_Types].xml": b"<Types/>",
                "xl/sharedStrings.xml": b"<sst>" + b"<si><t>x</t></si>" * 900_000,
                "xl/worksheets/sheet1.xml": b"<s><c t='s'><v>999999999999</v></c></s>",
            }
        ),
    )
    yield (
        "bombe.odt",
        _zip({"mimetype": b"x", "content.xml": b"<p>" + b"<s c='99999999'/>" * 99_999}),
    )
    names = ("../../etc/passwd", "/etc/shadow", "C:\\Windows\\x.dll", "..\\..\\x", "a\nb", "CON")
    yield "glat.zip", _zip(dict.fromkeys(names, b"x"))
    inner = _zip({"a.txt": zeros})
    for depth in range(12):
        inner = _zip({f"{depth}.zip": inner})
    yield "dyb.zip", inner
    yield "bred.zip", _zip({f"{number}.zip": _zip({"0": zeros[:99_999]}) for number in range(500)})
    yield "bombe.zip", _zip({f"{number}": zeros for number in range(4)})
    listed = bytearray(_zip({"a": b"hej", "b": b"hej"}, zipfile.ZIP_STORED))
    listed[listed.rindex(b"PK\x01\x02") + 24 :][:4] = b"\xff\xff\xff\xff"
    yield "løgn.zip", bytes(listed)
    locked = bytearray(_zip({"a": b"hej"}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    yield "låst.zip", bytes(locked)
    yield "tom.zip", _zip({})
    yield "fil.apk", _zip({f"{number}": b"" for number in range(20_000)}, zipfile.ZIP_STORED)


def _tape(*entries: tuple[str, int]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tape:
        for name, size in entries:
            one = tarfile.TarInfo(name)
            one.size = size
            tape.addfile(one, io.BytesIO(bytes(size)))
    return out.getvalue()


def _packed() -> Iterator[Item]:
    zeros = bytes(32 * 1024 * 1024)
    yield "bombe.gz", gzip.compress(zeros * 3, 1)
    yield "bombe.bz2", bz2.compress(zeros)
    yield "bombe.xz", lzma.compress(zeros * 2, preset=0)
    yield "glat.tar", _tape(("../../etc/cron.d/x", 9), ("/etc/passwd", 9), ("a\nb", 1))
    large = bytearray(_tape(("a", 9)))
    large[124:136] = b"77777777777\0"
    yield "løgn.tar", bytes(large)
    name = bytearray(_tape(("a" * 300, 9)))
    name[124:136] = b"77777777777\0"
    yield "navn.tar", bytes(name)
    whole = gzip.compress(_tape(("a.txt", 90_000)))
    for part in (2, 5, 9):
        yield f"afbrudt-{part}.tar.gz", whole[: len(whole) * part // 10]
    yield "to.gz", gzip.compress(b"en") + gzip.compress(b"to") + b"\0" * 90 + b"rest"
    yield "i-gz.gz", gzip.compress(gzip.compress(gzip.compress(zeros)))


def _markup() -> Iterator[Item]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'
    yield "script.svg", svg % b"<script>alert(1)</script><text onload='alert(1)'>hej</text>"
    yield "latter.svg", b'<?xml version="1.0"?>' + _LAUGHS + b"]><svg>&k;</svg>"
    yield "udefra.svg", svg % b'<image href="file:///etc/passwd"/>'
    yield "dyb.svg", b"<svg>" + b"<g>" * 300_000
    yield "dyb.html", b"<html>" + b"<div>" * 300_000
    yield "åben.html", b"<html><p title='" + b"x" * 900_000
    yield "dyb.rtf", b"{\\rtf1" + b"{" * 900_000
    yield "tegn.rtf", b"{\\rtf1\\ansicpg99999\\uc8" + b"\\u-1 x" * 9_000 + b"\\'zz}"
    yield "objekt.rtf", b"{\\rtf1{\\object\\objdata " + b"41" * 90_000 + b"}hej}"
    yield "stor.rtf", b"{\\rtf1 " + b"\\par x" * 200_000
    yield "mange.mbox", b"From a@b.example Mon Jan  1 10:00:00 2024\n\n" * 60_000
    yield "lang.mbox", b"From a@b.example Mon Jan  1 10:00:00 2024\nSubject: " + b"x" * 900_000
    yield (
        "dele.eml",
        b"From: a@b.example\nSubject: x\nContent-Type: multipart/mixed; boundary=x\n\n"
        + (b"--x\n\nhej\n" * 30),
    )
    yield "nul.txt", b"hej\0" * 900
    yield "retning.txt", "\u202egnp.exe\u2066 \ud7ff\ufffe\U0010ffff".encode() * 90
    yield "utf7.txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
    yield "halv.txt", "å".encode()[:1] * 999


def _atom(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(body) + 8 if size is None else size) + name + body


def _sound_and_film() -> Iterator[Item]:
    start = _atom(b"ftyp", b"isom\0\0\0\1isom")
    nested = b""
    for _ in range(500):
        nested = _atom(b"moov", nested)
    yield "dyb.mp4", start + nested
    yield "løgn.mp4", start + _atom(b"moov", b"x" * 90, size=2**32 - 1)
    yield "nul.mp4", start + _atom(b"moov", b"", size=0) * 90
    yield "en.mp4", start + struct.pack(">I", 1) + b"mdat" + b"\xff" * 8
    yield "løgn.wav", b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff" + b"\xff" * 90
    yield "nul.wav", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0data\0\0\0\0"
    yield "stumt.mkv", b"\x1aE\xdf\xa3\x01" + b"\xff" * 7 + b"\x18S\x80g\x01" + b"\xff" * 300
    yield "mærke.mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"APIC" + b"\xff" * 900
    yield "side.ogg", b"OggS\0\2" + b"\xff" * 20 + b"\xff" + b"\xff" * 255 + b"\x01vorbis" * 40


def _garbage() -> Iterator[Item]:
    chance = random.Random(2)  # noqa: S311 — the same bytes each time
    for number, magic in enumerate(_MAGIC):
        yield f"støj-{number}", magic + chance.randbytes(3_000)
    yield "tom", b""
    yield "én", b"x"
