"""Which parts of a mail are what its writer wrote, and their text."""

from dataclasses import dataclass, field
from typing import Final

from archive.confinement.charsets import decode_bytes, known_charset
from archive.mailbox.html_text import read_html
from archive.mailbox.mime import Part
from archive.mailbox.transfer import decoded

MAX_TEXT: Final = 2_000_000  # characters
MAX_HTML: Final = 4_000_000
MAX_BODIES: Final = 50


@dataclass(slots=True)
class Bodies:
    """The mail's own text; `paths` are the parts that it was taken from."""

    text: str | None = None
    charset: str | None = None
    certain: bool = True
    html: str | None = None
    text_from_html: str | None = None
    html_links: tuple[str, ...] = ()
    paths: set[str] = field(default_factory=set)


def read_bodies(raw: bytes, root: Part, defects: set[str]) -> Bodies:
    """Return the text parts that are shown as the mail itself; the rest are attachments."""
    bodies = Bodies()
    texts: list[str] = []
    sources: list[str] = []
    for part in root.leaves():
        if not _is_body(part):
            continue
        kept = sources if part.media_type == "text/html" else texts
        if len(kept) >= MAX_BODIES:
            continue  # that many texts are no letter any more: attachments
        kept.append(_text_of(raw, part, bodies, defects))
        bodies.paths.add(part.path)
    if texts:
        bodies.text = _cut("\n".join(texts), MAX_TEXT, defects)
    if sources:
        bodies.html = _cut("\n".join(sources), MAX_HTML, defects)
        shown = read_html(bodies.html)
        bodies.text_from_html = _cut(shown.text, MAX_TEXT, defects)
        bodies.html_links = shown.links
    return bodies


def _is_body(part: Part) -> bool:
    if part.media_type not in ("text/plain", "text/html"):
        return False
    fields = part.fields
    disposition = (fields.raw("content-disposition") or "").partition(";")[0].strip().lower()
    named = fields.parameter("content-disposition", "filename") or fields.parameter(
        "content-type", "name"
    )
    return disposition != "attachment" and not named


def _text_of(raw: bytes, part: Part, bodies: Bodies, defects: set[str]) -> str:
    data = decoded(raw[part.start : part.end], part.fields, defects)
    stated = part.fields.parameter("content-type", "charset")
    text, charset, certain = decode_bytes(data, stated)
    if stated and known_charset(stated) is None:
        defects.add("unknown_charset")
    elif not certain:
        defects.add("text_not_certain")
    if "\0" in text:
        defects.add("nul_in_text")
    bodies.charset = bodies.charset or charset
    bodies.certain = bodies.certain and certain
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cut(text: str, most: int, defects: set[str]) -> str:
    if len(text) > most:
        defects.add("text_cut")
    return text[:most]
