"""Booklets for tests: values as casework gathers them, with whatever strangers may write."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw

from service.documents.booklets import printed_booklet
from service.documents.values import (
    Account,
    Annex,
    Booklet,
    Channel,
    Colleague,
    Contact,
    Digest,
    Outside,
    Proof,
    Seen,
    Stated,
)

SENT = datetime(2027, 1, 31, 22, 14, 3, tzinfo=UTC)
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LIMIT = 10_000_000
THREAT = "Jeg ved, hvor du bor, Anna. Så vær på vagt, når du går over åen."


def annex(number: int = 1, **facts: Any) -> Annex:
    told: dict[str, Any] = {
        "evidence": f"D-{number:04d}",
        "channel": Channel.MAIL,
        "received_at": SENT + timedelta(hours=9),
        "known": "attached",
        "digests": (Digest("original", SHA),),
        "stated": Stated(SENT, "Sun, 31 Jan 2027 23:14:03 +0100", "attached"),
        "author": "Gert Vred <gert@vred.example>",
        "author_known": "attached",
        "account": "gert@vred.example",
        "directed_at": ("Anna Holm",),
        "subject": "Din afgørelse",
        "text": THREAT,
        "text_known": "attached",
        "seen_by": (Seen("Mette Leder", SENT + timedelta(hours=10)),),
    }
    return Annex(number=number, **(told | facts))


def booklet(annexes: Sequence[Annex] = (), **facts: Any) -> Booklet:
    told: dict[str, Any] = {
        "made_at": SENT + timedelta(days=3),
        "made_by": "Mette Leder",
        "recipient": "Midt- og Vestsjællands Politi",
        "purpose": "Anmeldelse af trussel",
        "case": "2027-014",
        "offence": ("Der er fremsat en trussel",),
        "concerned": (Colleague("Anna Holm", "Socialrådgiver", "Biblioteket"),),
        "workplace": True,
        "accounts": (Account("mail", "Gert Vred", "gert@vred.example", "attached"),),
        "annexes": tuple(annexes),
        "contact": Contact(
            "Havn Kommune", Colleague("Mette Leder"), "Rådhustorvet 1", "70 10 20 30"
        ),
        "proof": Proof("b2f1 8c33", 1204, SHA, (Outside("timestamp", "tsa.example", SENT),)),
    }
    return Booklet(**(told | facts))


def printed(what: Booklet, language: str = "da", most_bytes: int | None = LIMIT) -> list[bytes]:
    return printed_booklet(what, language, most_bytes, lambda _done: None).parts


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    document.close()
    return found


def together(text: str) -> str:
    """Return text without its spaces and line ends: how it is broken is the page's own matter."""
    return "".join(text.split())


def text_of(pdf: bytes) -> str:
    return together("".join(pages_of(pdf)))


def picture(width: int, height: int, kind: str = "WEBP", *, noisy: bool = False) -> bytes:
    made = Image.new("RGB", (width, height), "#ece5dd")
    if noisy:
        made = Image.effect_noise((width, height), 90).convert("RGB")
    ImageDraw.Draw(made).text((20, 20), "Vi ved, hvor du bor", fill="black")
    out = io.BytesIO()
    made.save(out, kind)
    return out.getvalue()
