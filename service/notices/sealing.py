"""Mails about heads of the ledger: to a witness who keeps one, to operators where none leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archive.ledger.checkpoint import fingerprint
from service.web import catalogues

WITNESS: Final = "head.witness"
ALARM: Final = "head.alarm"

Translate = Callable[[str], str]


def witness_subject(size: int, language: str) -> str:
    """Return the subject of the mail that a witness keeps."""
    _ = _of(language)
    return _("Seal to keep: %(size)s entries") % {"size": size}


def witness_body(note: str, public_key: bytes, municipality: str, language: str) -> str:
    """Return the mail that a witness keeps: what it is, how to keep it, and the note itself."""
    _ = _of(language)
    paragraphs = (
        _("You get this mail because %(municipality)s has asked you to be its witness.")
        % {"municipality": municipality},
        _(
            "The lines below are a seal on the municipality's archive as it stands now. They hold"
            " no names, and nothing of what the archive keeps. If anybody later changes or removes"
            " something in the archive, the seal no longer fits, and your copy shows it."
        ),
        _(
            "All you need to do is keep this mail unchanged: let it lie in a folder of its own, or"
            " save it as a file."
        ),
        note.rstrip("\n"),
        _("The fingerprint of the key that signed it: %(fingerprint)s")
        % {"fingerprint": fingerprint(public_key)},
        _(
            "If somebody asks you for it, give them the whole mail as a file. They check it with"
            " this command:"
        ),
        "vaern verify --head FILE",
    )
    return "\n\n".join(paragraphs) + "\n"


def alarm_subject(language: str, *, contradicted: bool) -> str:
    """Return the subject of the mail to whoever runs the service."""
    _ = _of(language)
    if contradicted:
        return _("Look at this now: the archive and its outside seal do not agree")
    return _("The archive is no longer being sealed outside")


def alarm_body(
    language: str, *, contradicted: bool, holders: tuple[str, ...], url: str | None
) -> str:
    """Return the text: what has happened, with whom, and the one thing to do."""
    _ = _of(language)
    if contradicted:
        said = _(
            "A store outside holds a seal that our archive ought to have written and has not."
            " Either the archive has been changed or set back to an older copy, or two archives"
            " write to the same store."
        )
        act = _(
            "Do not repair anything by hand. Keep a copy of the data folder and of the store, and"
            " tell whoever is responsible for the archive."
        )
    else:
        said = _(
            "Something new has happened in the archive, but no seal has left the house for too"
            " long. Until one does, the chain proves nothing for the new part against the one who"
            " owns the machine."
        )
        act = _("Open the operations page. It says what went wrong, and you can try again there.")
    named = "\n".join(f"- {one}" for one in holders)
    place = [f"{url.rstrip('/')}/operations"] if url else []
    return "\n\n".join([said, named, act, *place]) + "\n"


def _of(language: str) -> Translate:
    translate: Translate = catalogues.load(language).gettext
    return translate
