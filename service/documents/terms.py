"""Single words and set sentences of a Bilagshæfte: channels, how known, what a hash proves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from service.documents.showable import one_line, pieces
from service.documents.values import Channel

if TYPE_CHECKING:
    from datetime import datetime

    from service.documents.values import Booklet, Digest

Translate = Callable[[str], str]


class Speaks(Protocol):
    """One language."""

    _: Translate

    def moment(self, moment: datetime) -> str:
        """Return a moment with its zone."""


def channel_word(_: Translate, channel: Channel) -> str:
    """Return a channel as people say it."""
    return {
        Channel.MAIL: _("Mail"),
        Channel.POST: _("Post or comment"),
        Channel.PAGE: _("Web page"),
        Channel.PICTURE: _("Picture"),
        Channel.DOCUMENT: _("Document"),
        Channel.SOUND_OR_FILM: _("Sound or film"),
        Channel.TOLD: _("Told in words"),
        Channel.OTHER: _("File"),
    }[channel]


def known_word(_: Translate, known: str) -> str:
    """Return how something became known (D2)."""
    words = {
        "verified": _("verified by signature"),
        "captured": _("seen by our own capture"),
        "attached": _("in the attached original"),
        "handed_in": _("handed in"),
        "read_by_machine": _("read by a program"),
        "typed_inline": _("typed in the forwarded mail"),
        "typed_from_picture": _("typed from a screenshot"),
        "told": _("told by whoever handed it in"),
    }
    return words.get(known, words["told"])


def label(_: Translate, what: str, channel: Channel) -> str:
    """Return the name of a fact that differs by channel."""
    if what == "sent":
        return _("Sent") if channel is Channel.MAIL else _("Posted")
    if channel is Channel.POST:
        return _("The post's own address")
    return _("Address of the page")


def digest_word(_: Translate, digest: Digest) -> str:
    """Return what a digest is of."""
    word = {
        "original": _("SHA-256 of the original"),
        "attached": _("SHA-256 of the attached original"),
        "picture": _("SHA-256 of the picture"),
        "text": _("SHA-256 of the text"),
        "redacted": _("SHA-256 of the redacted file"),
    }[digest.of]
    return f"{word}, {digest.number}" if digest.number else word


def closing_texts(booklet: Booklet, speaks: Speaks) -> list[dict[str, Any]]:
    """Return the last page: what a hash proves, how anyone checks it, whom to ask."""
    _ = speaks._
    proves = [
        _(
            "Each file has a SHA-256, a number of 64 signs, worked out from every byte of it. "
            "Where the number of a file is the one in this booklet, not one byte was changed."
        ),
        _(
            "The numbers stand in a log that can only be added to. It is signed, and its seals are "
            "kept outside the house too. So it shows that a file existed when the seal went out, "
            "also against the municipality."
        ),
    ]
    proves_not = [
        _(
            "It does not prove who wrote something, that it is true, or what a website showed to "
            "others. It does not prove that there is nothing else."
        ),
        _(
            "Pictures in this booklet are smaller copies to look at. The originals count, and the "
            "numbers are of them."
        ),
    ]
    if not booklet.proof.outside:
        proves[1] = _(
            "The numbers stand in a log that can only be added to. It is signed. No seal that "
            "covers these pieces has been kept outside the house yet: until then it proves "
            "nothing against the municipality itself."
        )
    return [
        _section(_("What it proves"), *map(_plain, proves)),
        _section(_("What it does not prove"), *map(_plain, proves_not)),
        _section(
            _("Checking a file on Windows"),
            _plain(_("Open the command prompt where the file lies, and write:")),
            _command(_("certutil -hashfile FILENAME SHA256")),
            _plain(_("The answer must be the number that stands by the annex in this booklet.")),
        ),
        _section(
            _("Checking on Linux and Mac, or everything at once"),
            _plain(_("In the folder of the bundle:")),
            _command("sha256sum -c manifest-sha256.txt"),
            _command("python3 check.py"),
            _plain(
                _(
                    "check.py needs nothing but Python 3.8 or later and no network. It checks the "
                    "files, the ledger and the time-stamps, and shows the fingerprint beneath."
                )
            ),
        ),
        _section(_("Key and ledger"), facts=_key(booklet, speaks)),
        _section(_("Contact"), facts=_contact(booklet, speaks)),
    ]


def _key(booklet: Booklet, speaks: Speaks) -> list[dict[str, Any]]:
    _ = speaks._
    proof = booklet.proof
    facts = [
        _fact(_("Fingerprint of our key"), proof.fingerprint, mono=True),
        _fact(_("Seal of the ledger"), f"{proof.head_size}  {proof.head_root}", mono=True),
    ]
    kinds = {"timestamp": _("time-stamp"), "witness": _("witness"), "object": _("kept elsewhere")}
    for one in proof.outside:
        told = f"{one.holder} ({kinds.get(one.kind, one.kind)}), {speaks.moment(one.at)}"
        facts.append(_fact(_("Kept outside by"), told))
    if not proof.outside:
        facts.append(_fact(_("Kept outside by"), _("Nobody yet")))
    return facts


def _contact(booklet: Booklet, speaks: Speaks) -> list[dict[str, Any]]:
    _ = speaks._
    contact = booklet.contact
    rows = [(_("Municipality"), contact.municipality)]
    if contact.person is not None:
        told = ", ".join(
            part
            for part in (contact.person.name, contact.person.title, contact.person.unit)
            if part
        )
        rows.append((_("Case handler"), told))
    rows += [
        (name, value)
        for name, value in (
            (_("Address"), contact.address),
            (_("Telephone"), contact.phone),
            (_("E-mail"), contact.email),
        )
        if value
    ]
    return [_fact(name, value) for name, value in rows]


def _section(
    title: str, *text: dict[str, Any], facts: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {"title": title, "text": list(text), "facts": facts or []}


def _plain(text: str) -> dict[str, Any]:
    return {"parts": pieces(text), "command": False}


def _command(text: str) -> dict[str, Any]:
    return {"parts": pieces(text), "command": True}


def _fact(name: str, value: str, *, mono: bool = False) -> dict[str, Any]:
    return {"name": name, "value": pieces(one_line(value)), "known": None, "mono": mono}
