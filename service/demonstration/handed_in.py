"""What Mette hands in: the forwarded mail as Outlook writes it, and a picture from her phone."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

from service.demonstration.municipality import ARCHIVE_ADDRESS, EMPLOYEE
from service.demonstration.website import MONTHS

_FONTS = (
    Path(__file__).resolve().parents[2] / "node_modules/dkfds/src/fonts/IBMPlexSans/complete/ttf"
)
_COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def forwarded_mail(now: datetime, link: str) -> EmailMessage:
    """Return the mail that Mette forwards inline, with a link to where it goes on."""
    local = now.astimezone(_COPENHAGEN)
    sent = local - timedelta(minutes=37)
    mail = EmailMessage()
    mail["From"] = f"{EMPLOYEE.name} <{EMPLOYEE.email}>"
    mail["To"] = f"Arkivet <{ARCHIVE_ADDRESS}>"
    mail["Subject"] = "VS: Du kan godt pakke sammen"
    mail["Date"] = format_datetime(local)
    mail["Message-ID"] = make_msgid(domain="havn.example")
    mail["X-Mailer"] = "Microsoft Outlook 16.0"
    mail["Content-Language"] = "da-DK"
    mail.set_content(
        f"""Hej

Den her fik jeg i morges. Han skriver også på vores side.

Venlig hilsen
{EMPLOYEE.name}
{EMPLOYEE.title.capitalize()}, Borgerservice
Havn Kommune

Fra: Ravn 88 <ravn88@postkasse.example>
Sendt: {sent.day}. {MONTHS[sent.month - 1]} {sent.year} {sent:%H:%M}
Til: {EMPLOYEE.name} <{EMPLOYEE.email}>
Emne: Du kan godt pakke sammen

Du har ødelagt min sag, og det kommer du til at fortryde.
Jeg ved, hvor du bor, og jeg ved, hvornår du går hjem.

Læs selv, hvad folk skriver om dig:
{link}
""",
        charset="utf-8",
        cte="quoted-printable",
    )
    return mail


def phone_picture(now: datetime) -> bytes:
    """Return a screenshot of a message on a phone, as PNG."""
    picture = Image.new("RGB", (750, 1334), "#f4f5f7")
    draw = ImageDraw.Draw(picture)
    small, plain, strong = _font(24), _font(32), _font(34, "SemiBold")
    local = now.astimezone(_COPENHAGEN)
    draw.rectangle((0, 0, 750, 170), fill="#ffffff")
    draw.text((36, 18), f"{local:%H.%M}", font=small, fill="#20262e")
    draw.text((640, 18), "84 %", font=small, fill="#20262e")
    draw.ellipse((36, 72, 116, 152), fill="#8a94a3")
    draw.text((60, 88), "R", font=strong, fill="#ffffff")
    draw.text((140, 92), "Ravn 88", font=strong, fill="#20262e")
    draw.line((0, 170, 750, 170), fill="#d5d9df", width=2)
    draw.text((300, 210), "I dag 07.12", font=small, fill="#5b6675")
    top = 270
    for lines in (
        ("Svarer du ikke på mails?",),
        ("Så må jeg jo komme forbi.",),
        ("Husk at se dig over skulderen,", f"{EMPLOYEE.name.split()[0]}."),
    ):
        height = 44 * len(lines) + 40
        width = max(draw.textlength(line, font=plain) for line in lines) + 60
        draw.rounded_rectangle((36, top, 36 + width, top + height), 30, fill="#e2e6ec")
        for number, line in enumerate(lines):
            draw.text((66, top + 16 + 44 * number), line, font=plain, fill="#20262e")
        top += height + 22
    draw.rounded_rectangle((36, 1230, 714, 1300), 35, outline="#c3c9d1", width=2)
    draw.text((70, 1246), "Skriv en besked", font=plain, fill="#8a94a3")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / f"IBMPlexSans-{weight}.ttf", size)
