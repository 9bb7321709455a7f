"""One mail out of several things to tell: what is told first, then what it is about, then where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.web import catalogues


@dataclass(frozen=True, slots=True)
class Section:
    """What a mail says of one thing: a neutral subject, paragraphs, and where to read on.

    `because` says for whom somebody else gets it; None where they get it for themselves.
    """

    subject: str
    said: tuple[str, ...]
    place: str | None = None
    because: str | None = None


def url_of(url: str | None, path: str) -> str | None:
    """Return an address of ours, or None where none is set up."""
    return f"{url.rstrip('/')}/{path}" if url else None


def one_mail(sections: Sequence[Section], municipality: str, language: str) -> tuple[str, str]:
    """Return subject and text of the mail that carries these, in their order.

    A paragraph that several share is said once.
    """
    if len(sections) == 1:
        (one,) = sections
        parts = [*_because(one), *one.said, *([one.place] if one.place else []), municipality]
        return one.subject, "\n\n".join(parts) + "\n"
    ngettext = catalogues.load(language).ngettext
    number = len(sections)
    subject = ngettext("%(num)d thing from Værn", "%(num)d things from Værn", number)
    paragraphs: list[str] = []
    for alike in _alike(sections):
        paragraphs += _because(alike[0])
        paragraphs.append("\n".join(dict.fromkeys(f"– {_line(one)}" for one in alike)))
        paragraphs += dict.fromkeys(said for one in alike for said in one.said)
    return subject % {"num": number}, "\n\n".join([*paragraphs, municipality]) + "\n"


def _because(one: Section) -> list[str]:
    return [one.because] if one.because is not None else []


def _line(one: Section) -> str:
    return one.subject if one.place is None else f"{one.subject}: {one.place}"


def _alike(sections: Iterable[Section]) -> list[list[Section]]:
    """Gather what is told in the same words for the same person, in the order of the first."""
    found: dict[tuple[str | None, tuple[str, ...]], list[Section]] = {}
    for one in sections:
        found.setdefault((one.because, one.said), []).append(one)
    return list(found.values())
