"""Mails as people's programs write them; made here, sent through the real door of the archive."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from service.casework.mail.arrival import accept
from service.installation import Installation

MARKER = "din-ulækre-idiot-4711"

OUTLOOK = f"""Hej arkiv

Den her kom i dag.

Fra: Gert Vred <gert@vred.example>
Sendt: 31. januar 2027 20:14
Til: Anna Holm <anna@kommune.example>
Emne: Din afgørelse

{MARKER}, jeg ved hvor du bor.
Se https://debat.example/opslag/17 og https://liste.example/unsubscribe?u=1
"""


def mail(
    sender: str = "Anna Holm <anna@kommune.example>",
    subject: str = "VS: Din afgørelse",
    text: str = OUTLOOK,
    **headers: str,
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "arkiv@kommune.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 01 Feb 2027 09:55:00 +0100"
    message["Message-ID"] = f"<{abs(hash((sender, subject, text)))}@kommune.example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def forwarded_as_attachment() -> EmailMessage:
    """Outlook's "Forward as attachment": the original whole, with its own header."""
    original = EmailMessage(policy=SMTP)
    original["From"] = "Gert Vred <gert@vred.example>"
    original["To"] = "anna@kommune.example"
    original["Subject"] = "Din afgørelse"
    original["Date"] = "Sun, 31 Jan 2027 20:14:00 +0100"
    original["Message-ID"] = "<1@vred.example>"
    original.set_content(f"{MARKER}, jeg ved hvor du bor.\nhttps://debat.example/opslag/17\n")
    outer = mail(subject="VS: se vedhæftet", text="Den her kom i går.\n")
    outer.add_attachment(original)
    return outer


def with_picture(picture: bytes) -> EmailMessage:
    outer = mail()
    outer.add_attachment(picture, maintype="image", subtype="png", filename="skærmbillede.png")
    outer.add_attachment(b"hej", maintype="text", subtype="plain", filename="note.txt")
    return outer


def hand_over(installation: Installation, message: EmailMessage | bytes, **envelope: Any) -> Any:
    """Hand a mail over at the archive's own door, as the SMTP server does."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    stated = {"mail_from": "anna@kommune.example", "recipients": ("arkiv@kommune.example",)}
    return accept(installation, raw, **(stated | envelope))
