"""The words of a Bilagshæfte, in the language of whoever gets it; text becomes showable here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from babel.dates import format_date, format_datetime

from service.documents.fonts import FAMILIES
from service.documents.showable import one_line, pieces, right_to_left, showable
from service.documents.terms import channel_word, closing_texts, digest_word, known_word, label
from service.documents.values import Annex, Booklet, Channel
from service.web.wording import gettext_of
from service.web.words import COPENHAGEN, FORMATS

MOST_TEXT: Final = 40_000
"""Characters of one text that are printed; the rest stands in the original."""

MOST_LINES: Final = 3_000
_LONGEST_FIELD: Final = 1_000
_REGIONS: Final = {"da": "DK", "nb": "NO", "en": "GB"}

Translate = Callable[[str], str]


class Wording:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in FORMATS else "da"
        self._: Translate = gettext_of(self.language)

    def moment(self, moment: datetime) -> str:
        """Return a moment in Copenhagen with its zone, and in UTC."""
        local, utc = moment.astimezone(COPENHAGEN), moment.astimezone(UTC)
        locale = FORMATS[self.language]
        day = format_date(local, self._("d MMMM y"), locale=locale)
        other = "" if local.date() == utc.date() else f"{utc:%d.%m.} "
        return self._("%(day)s at %(time)s Copenhagen time (%(utc)s UTC)") % {
            "day": day,
            "time": format_datetime(local, "HH.mm.ss" if self.language != "en" else "HH:mm:ss"),
            "utc": f"{other}{utc:%H:%M:%S}",
        }

    def short(self, moment: datetime) -> str:
        """Return a moment for a table, with its zone: CET, in summer CEST."""
        local = moment.astimezone(COPENHAGEN)
        return f"{local.day}.{local.month}.{local.year} {local:%H:%M %Z}"

    def data(self, booklet: Booklet) -> dict[str, Any]:
        """Return everything that the template says, but for the annexes."""
        _ = self._
        title = _("Booklet of annexes")
        case = _("Case %(number)s") % {"number": booklet.case} if booklet.case else ""
        municipality = one_line(booklet.contact.municipality)
        return {
            "title": title,
            "author": municipality,
            "language": self.language,
            "region": _REGIONS[self.language],
            "fonts": list(FAMILIES),
            "running": " · ".join(part for part in (title, one_line(case)) if part),
            "municipality": municipality,
            "subtitle": _words(" · ".join(part for part in (case, municipality) if part)),
            "words": {
                "confidential": _("Confidential – holds personal data"),
                "page": _("Page {page} of {pages}"),
                "overview": _("Overview"),
                "nothing": _("There is nothing to show."),
                "annex": _("Annex"),
                "date": _("Date"),
                "channel": _("Channel"),
                "directed_at": _("Against whom"),
                "evidence": _("Evidence no."),
                "part": _("Part"),
                "checking": _("What it proves, and how it is checked"),
            },
            "front": list(self._front(booklet)),
            "sections": list(self._sections(booklet)),
            "overview": [self._line(one) for one in booklet.annexes],
            "closing": closing_texts(booklet, self),
        }

    def annex(self, one: Annex) -> dict[str, Any]:
        """Return what the template says of one Bilag."""
        _ = self._
        title = _("Annex %(number)s") % {"number": one.number}
        told = channel_word(_, one.channel)
        if one.part_of is not None:
            told += " · " + _("came inside annex %(number)s") % {"number": one.part_of}
        picture = {
            "caption": _("Picture to annex %(number)s") % {"number": one.number},
            "alt": self._alt(one),
            "missing": _("A picture cannot be shown here. It is in the original, %(number)s.")
            % {"number": one.evidence},
        }
        return {
            "number": str(one.number),
            "title": title,
            "subtitle": _words(f"{told} · {one.evidence}"),
            "facts": list(self._facts(one)),
            "quote": self._quote(one),
            "read": self._read(one),
            "pictures": [picture | {"source": source} for source in one.pictures],
            "attached": [
                {
                    "source": file.source,
                    "name": file.name,
                    "type": file.media_type,
                    "told": _("The original of annex %(number)s, unchanged")
                    % {"number": one.number},
                }
                for file in one.attached
            ],
            "proof": [
                fact(digest_word(_, digest), digest.value, mono=True) for digest in one.digests
            ],
        }

    def _front(self, booklet: Booklet) -> Iterator[dict[str, Any]]:
        _ = self._
        for name, value in ((_("To"), booklet.recipient), (_("Purpose"), booklet.purpose)):
            if value:
                yield fact(name, value)
        offence = "; ".join(booklet.offence) or _("Harassment of employees")
        yield fact(_("What it is about"), offence)
        yield fact(_("Put together"), self.moment(booklet.made_at))
        by = (booklet.made_by, booklet.contact.municipality)
        yield fact(_("By"), ", ".join(one for one in by if one))
        if booklet.redacted:
            yield fact(_("Form"), _("Redacted: other persons are covered"))
        if booklet.left_out:
            yield fact(_("Not in it"), _("What is handed over apart from this booklet"))

    def _sections(self, booklet: Booklet) -> Iterator[dict[str, Any]]:
        _ = self._
        unnamed = _("An employee, whose name is covered")
        rows = [
            [one.name or unnamed, one.title or "–", one.unit or "–"] for one in booklet.concerned
        ]
        if booklet.workplace:
            rows.append([booklet.contact.municipality, _("The workplace itself"), "–"])
        address = booklet.contact.address or booklet.contact.municipality
        yield self._section(
            _("Persons at the workplace"),
            _("All are reached at the workplace: %(address)s") % {"address": address},
            ([3, 3, 3], [_("Name"), _("Title"), _("Place of work")]),
            rows,
        )
        if booklet.redacted:
            return
        accounts = [
            [one.platform, one.name, one.address or "–", known_word(_, one.known)]
            for one in booklet.accounts
        ]
        yield self._section(
            _("Accounts of those who sent it"),
            _("As they call themselves. Who stands behind an account is not proved by this.")
            if accounts
            else _("No account is known."),
            ([2, 3, 5, 3], [_("Platform"), _("Name"), _("Address or id"), _("How we know")]),
            accounts,
        )

    def _section(
        self, title: str, note: str, head: tuple[list[int], list[str]], rows: list[list[str]]
    ) -> dict[str, Any]:
        return {
            "title": title,
            "note": _words(note),
            "widths": head[0],
            "head": head[1],
            "rows": [[_words(cell) for cell in row] for row in rows],
        }

    def _line(self, one: Annex) -> dict[str, Any]:
        return {
            "number": str(one.number),
            "date": _words(self.short(one.moment)),
            "channel": _words(channel_word(self._, one.channel)),
            "directed_at": _words(", ".join(one.directed_at) or "–"),
            "evidence": one.evidence,
        }

    def _facts(self, one: Annex) -> Iterator[dict[str, Any]]:
        yield from self._when(one)
        yield from self._whence(one)
        yield from self._how(one)

    def _when(self, one: Annex) -> Iterator[dict[str, Any]]:
        _ = self._
        if one.stated is not None:
            known = known_word(_, one.stated.known)
            if one.stated.moment is not None:
                yield fact(label(_, "sent", one.channel), self.moment(one.stated.moment), known)
            if one.stated.written:
                yield fact(_("Time as written there"), one.stated.written, known)
        if one.captured_at is not None:
            ours = one.channel in {Channel.POST, Channel.PAGE} and one.typed_at is None
            known = known_word(_, "captured" if ours else "told")
            yield fact(_("Seen there"), self.moment(one.captured_at), known)
        yield fact(_("Received by us"), self.moment(one.received_at), _("measured by Værn"))

    def _whence(self, one: Annex) -> Iterator[dict[str, Any]]:
        _ = self._
        by = known_word(_, one.author_known or one.known)
        place = known_word(_, one.address_known or "told")
        for name, value, known in (
            (_("From"), one.author, by),
            (_("Address of the profile"), one.profile, by),
            (_("Id of the account"), one.account, by),
            (_("Subject"), one.subject, by),
            (label(_, "address", one.channel), one.address, place),
        ):
            if value:
                yield fact(name, value, known)

    def _how(self, one: Annex) -> Iterator[dict[str, Any]]:
        _ = self._
        unsure = _("A program could not read it for sure; see the picture.")
        for name, value, known in (
            (_("Against whom"), ", ".join(one.directed_at), None),
            (_("Handed in by"), one.handed_in_by, None),
            (_("Typed from the screenshot"), self._typed(one), None),
            (_("File name"), one.name, known_word(_, "told")),
            (_("Note at handing in"), one.note, known_word(_, "told")),
            (_("How we know"), known_word(_, one.known), None),
            (_("Text in it"), unsure if one.unsure else None, None),
            (_("Seen by"), self._readers(one), None),
        ):
            if value:
                yield fact(name, value, known)

    def _typed(self, one: Annex) -> str | None:
        if one.typed_at is None:
            return None
        by = one.handed_in_by
        return f"{by}, {self.moment(one.typed_at)}" if by else self.moment(one.typed_at)

    def _readers(self, one: Annex) -> str:
        names = [f"{seen.name} ({self.short(seen.at)})" for seen in one.seen_by]
        more = self._("and %(count)s more viewings") % {"count": one.seen_more}
        return ", ".join([*names, more] if one.seen_more else names)

    def _alt(self, one: Annex) -> str:
        _ = self._
        told = _("Picture to annex %(number)s, evidence %(evidence)s: %(channel)s.") % {
            "number": one.number,
            "evidence": one.evidence,
            "channel": channel_word(_, one.channel),
        }
        if one.text or one.machine_text:
            return f"{told} " + _("What stands in it is on the page as text.")
        return f"{told} " + _("No text was read in it.")

    def _quote(self, one: Annex) -> dict[str, Any] | None:
        if not one.text:
            return None
        title = self._("The exact text")
        if one.typed_at is not None:
            title = self._("The words, typed from the screenshot. The picture counts.")
        known = known_word(self._, one.text_known or one.known)
        return self._block(one, title, one.text, self._("Known: %(how)s.") % {"how": known})

    def _read(self, one: Annex) -> dict[str, Any] | None:
        _ = self._
        if not one.machine_text:
            return None
        note = _("Read by a program; it may have read wrongly. The picture and the original count.")
        return self._block(one, _("Text in it, read by a program"), one.machine_text, note)

    def _block(self, one: Annex, title: str, text: str, note: str) -> dict[str, Any]:
        _ = self._
        lines = showable(text[:MOST_TEXT]).split("\n")
        if len(text) > MOST_TEXT or len(lines) > MOST_LINES:
            note += " " + _("It goes on; the whole text is in the original, %(number)s.") % {
                "number": one.evidence
            }
        if "[U+" in "".join(lines):
            note += " " + _("Characters that cannot be shown stand as numbers, as in [U+200B].")
        return {
            "title": title,
            "lines": [pieces(line) for line in lines[:MOST_LINES]],
            "rtl": right_to_left(text[:MOST_TEXT]),
            "note": _words(note),
        }


def fact(name: str, value: str, known: str | None = None, *, mono: bool = False) -> dict[str, Any]:
    """Return one named fact as the template sets it."""
    if len(value) > _LONGEST_FIELD:
        value = value[:_LONGEST_FIELD] + "…"
    return {"name": name, "value": _words(value), "known": known, "mono": mono}


def _words(text: str) -> list[str]:
    return pieces(one_line(text))
