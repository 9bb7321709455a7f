"""The reader of mails: runs in the confined child, tells `Message` as facts.

The received bytes are never rewritten. Every attachment comes out as a piece
with its digest, so that it can be kept as evidence of its own; an attached
mail is cut out of the received bytes as it stands, so that its signatures can
still be checked.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO, Final

from archive.confinement.frames import Piece
from archive.intake.media_type import HEAD_SIZE
from archive.intake.media_type import media_type_of as media_type_by_content
from archive.mailbox.bodies import Bodies, read_bodies
from archive.mailbox.fields import Fields, media_type_of
from archive.mailbox.filenames import safe_filename
from archive.mailbox.forwarded import Forward, read_forward
from archive.mailbox.forwarded_html import read_forward_html
from archive.mailbox.marks import marks_of
from archive.mailbox.mime import Part, cut
from archive.mailbox.transfer import decoded
from archive.mailbox.values import Attachment, Link

MAX_ORIGINALS: Final = 20
MAX_NESTING: Final = 5
MAX_LINKS: Final = 2_000

_MAIL: Final = "message/rfc822"
# What mail programs call an attached mail that they know only as a file.
_MAYBE_MAIL: Final = frozenset(
    {"application/octet-stream", "application/eml", "application/x-eml", "message/global"}
)
_URL: Final = re.compile(r"https?://[^\s<>\"'\\^`{|}\u200b]{1,2000}", re.IGNORECASE)
_URL_TAIL: Final = ".,;:!?)]*_~"


def read_message(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any] | Piece]:
    """Tell a mail's header, then its text, then its attachments; each as soon as it is known."""
    del media_type  # a mail is what the bytes are
    raw = source.read()
    pieces: list[Piece] = []
    yield from _tell(raw, "received", 0, pieces)
    yield from pieces
    yield {"complete": True}


def _tell(raw: bytes, how: str, nesting: int, pieces: list[Piece]) -> Iterator[dict[str, Any]]:
    defects: set[str] = set()
    root = cut(raw, defects)
    yield {"how": how, "size": len(raw), **_header(root.fields, defects), "defects": []}
    bodies = read_bodies(raw, root, defects)
    yield {
        "text": bodies.text,
        "text_charset": bodies.charset,
        "text_certain": bodies.certain,
        "html": bodies.html,
        "text_from_html": bodies.text_from_html,
        "links": [asdict(link) for link in _links(bodies)],
        "defects": sorted(defects),
    }
    forward = _forward(bodies, root.fields.text("subject") or "")
    yield {"forward": asdict(forward) if forward else None}
    attachments, originals = _attached(raw, root, bodies, nesting, pieces, defects)
    yield {"attachments": attachments, "originals": originals, "defects": sorted(defects)}


def _header(fields: Fields, defects: set[str]) -> dict[str, Any]:
    if not fields.items:
        defects.add("no_header")
    date = fields.date("date")
    if date is not None and date.understood is None:
        defects.add("date_not_understood")
    people = {
        "from_": "from",
        "sender": "sender",
        "reply_to": "reply-to",
        "to": "to",
        "cc": "cc",
    }
    return {
        **{
            name: [asdict(address) for address in fields.addresses(field)]
            for name, field in people.items()
        },
        "subject": fields.text("subject"),
        "date": asdict(date) if date else None,
        "message_id": fields.text("message-id"),
        "in_reply_to": fields.text("in-reply-to"),
        "references": (fields.text("references") or "").split()[:200],
        "auto_submitted": fields.text("auto-submitted"),
        "list_id": fields.text("list-id"),
        "precedence": fields.text("precedence"),
        "return_path": fields.text("return-path"),
        "content_type": media_type_of(fields, "text/plain"),
        "marks": list(marks_of(fields)),
        "received": list(fields.all("received")[:50]),
        "authentication_results": list(fields.all("authentication-results")[:20]),
    }


def _links(bodies: Bodies) -> list[Link]:
    found: dict[str, Link] = {}
    for text in (bodies.text or "",):
        for match in _URL.finditer(text):
            url = match[0].rstrip(_URL_TAIL)
            found.setdefault(url, Link(url, "text"))
            if len(found) >= MAX_LINKS:
                break
    for url in bodies.html_links:
        found.setdefault(url[:2000], Link(url[:2000], "html"))
    return list(found.values())[:MAX_LINKS]


def _forward(bodies: Bodies, subject: str) -> Forward | None:
    """Return the forwarded original, from the text part or else from HTML."""
    found = read_forward(bodies.text, subject) if bodies.text else None
    if found is None and bodies.html:
        found = read_forward_html(bodies.html, subject)
    return found


def _attached(  # noqa: PLR0917 - one step of _tell, with what it gathered
    raw: bytes, root: Part, bodies: Bodies, nesting: int, pieces: list[Piece], defects: set[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    attachments: list[dict[str, Any]] = []
    originals: list[dict[str, Any]] = []
    for part in root.leaves():
        if part.path in bodies.paths:
            continue
        data = decoded(raw[part.start : part.end], part.fields, defects)
        name = f"attachment-{part.path}" if nesting == 0 else None
        if name is not None:
            pieces.append(Piece(name, data))
        attachment = _attachment(part, name, data)
        attachments.append(asdict(attachment))
        if _is_mail(attachment, data) and len(originals) < MAX_ORIGINALS:
            if nesting < MAX_NESTING:
                original: dict[str, Any] = {}
                for facts in _tell(data, "attached", nesting + 1, pieces):
                    original.update(facts)
                originals.append({**original, "complete": True})
            else:
                defects.add("too_deep")
    return attachments, originals


def _is_mail(attachment: Attachment, data: bytes) -> bool:
    """Whether an attachment is a mail: called so, or a file that its bytes show to be one.

    Webmail and phones attach a saved `.eml` as `application/octet-stream`.
    """
    if attachment.media_type == _MAIL:
        return True
    name = (attachment.stated_filename or "").strip()
    if attachment.media_type not in _MAYBE_MAIL and not name.lower().endswith(".eml"):
        return False
    return media_type_by_content(data[:HEAD_SIZE], name) == _MAIL


def _attachment(part: Part, piece: str | None, data: bytes) -> Attachment:
    fields = part.fields
    disposition = (fields.raw("content-disposition") or "").partition(";")[0].strip().lower()
    stated = fields.parameter("content-disposition", "filename") or fields.parameter(
        "content-type", "name"
    )
    return Attachment(
        piece=piece,
        filename=safe_filename(stated, part.media_type, part.path),
        stated_filename=stated,
        media_type=part.media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        inline=disposition == "inline"
        or (not disposition and fields.raw("content-id") is not None),
        content_id=(fields.text("content-id") or "").strip("<> ") or None,
    )
