"""Small items of our own for each reader: what a library loads at first use, it loads on these."""

import io
import tarfile
import zipfile

_MAIL = (
    "From: =?iso-8859-1?q?a?= <a@b.example>\r\nDate: Mon, 1 Jan 2024 10:00:00 +0100\r\n"
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nFra: Bo <b@c.example>\r\n"
    "Sendt: 3. februar 2021 09:00\r\nTil: Ane\r\nEmne: x\r\n\r\nHej\r\n--x\r\n"
    "Content-Type: text/html\r\n\r\n<p>Hej\r\n--x\r\nContent-Type: application/pdf;\r\n"
    " name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\naGVq\r\n--x--\r\n"
)
_WORD = '<w:document xmlns:w="w"><w:p><w:r><w:t>Hej</w:t></w:r></w:p></w:document>'

_NO_STAMP = b'{"message": "", "certificates": [], "answer": ""}'


def samples() -> dict[str, list[bytes]]:
    """Return the samples by the name of the reader."""
    pictures = _pictures()
    pdf = _pdf()
    return {
        "image": pictures,
        "covered": [b'{"boxes": [[1, 1, 4, 4]]}\n' + one for one in pictures],
        "message": [_MAIL.encode()],
        "mailbox": [b"From a@b.example Mon Jan  1 10:00:00 2024\n" + _MAIL.encode()],
        "text": [b"hej"],
        "type": [b"hej"],
        "markup": [b"<p>hej", b"<svg xmlns='http://www.w3.org/2000/svg'><text>hej</text></svg>"],
        "rich_text": [rb"{\rtf1\ansi hej}"],
        "package": [_package()],
        "archive": _archives(),
        "pdf": [pdf],
        "media": [_sound()],
        "picture_text": pictures,
        "page_text": [pdf],
        "timestamp": [_NO_STAMP],
    }


def _pictures() -> list[bytes]:
    from PIL import Image  # here: the service reads the readers' names and no pictures

    Image.init()
    made = []
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "TIFF"):
        picture = io.BytesIO()
        with Image.new("RGB", (64, 64), "white") as plain:
            plain.paste("black", (8, 8, 24, 40))
            plain.save(picture, kind)
        made.append(picture.getvalue())
    return made


def _package() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", _WORD)
    return out.getvalue()


def _archives() -> list[bytes]:
    made = []
    for kind in ("w:gz", "w:bz2", "w:xz"):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=kind) as archive:
            entry = tarfile.TarInfo("a.txt")
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"hej"))
        made.append(out.getvalue())
    return made


def _pdf() -> bytes:
    """Return one page with one word, and one without."""
    content = b"BT /F1 24 Tf 20 40 Td (Hej) Tj ET"
    fonts = b"/Resources<</Font<</F1 6 0 R>>>>>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 5 0 R" + fonts,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out = b"%PDF-1.4\n"
    for number, item in enumerate(objects, 1):
        out += b"%d 0 obj%sendobj\n" % (number, item)
    return out + b"trailer<</Root 1 0 R/Size 7>>\n%%EOF\n"


def _sound() -> bytes:
    """Return a tenth of a second of silence (RIFF WAVE, 8 kHz, 8 bits, one channel)."""
    sound = b"\x80" * 800
    return (
        b"RIFF"
        + (36 + len(sound)).to_bytes(4, "little")
        + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data"
        + len(sound).to_bytes(4, "little")
        + sound
    )
