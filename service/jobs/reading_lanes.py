"""The lanes of reading: what takes long never stands before what does not, nor many before few.

A first reading is short. What does not end in that time goes to the lane of long readings, so
that no file, however it was made, holds up the next. Beside the lanes by kind one takes what
comes from whoever hands in seldom: it waits for no flood, and hardly for the doors.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, func, or_

from archive.confinement.limits import MIB
from archive.records.evidence import EvidenceRecord
from service.jobs.reading import NAME, READING, TAKES_LONG, TOO_SLOW, perform, waiting
from service.jobs.seldom import Seldom

LARGE: Final = 32 * MIB
SMALL_TEXT: Final = MIB

_LONG: Final = or_(
    EvidenceRecord.size > LARGE,
    func.coalesce(EvidenceRecord.last_error, "").in_((TAKES_LONG, TOO_SLOW)),
)
_MAIL: Final = EvidenceRecord.media_type == "message/rfc822"
_TEXT: Final = (EvidenceRecord.media_type == "text/plain") & (EvidenceRecord.size <= SMALL_TEXT)
_QUICK: Final = EvidenceRecord.media_type.like("image/%") | EvidenceRecord.media_type.like("text/%")


def _short() -> ColumnElement[bool]:
    return waiting() & ~_LONG


def _mails() -> ColumnElement[bool]:
    return _short() & _MAIL


def _texts() -> ColumnElement[bool]:
    return _short() & _TEXT


def _pictures() -> ColumnElement[bool]:
    return _short() & _QUICK & ~_TEXT


def _documents() -> ColumnElement[bool]:
    return _short() & ~_MAIL & ~_QUICK


def _long() -> ColumnElement[bool]:
    return waiting() & _LONG


def _is_quick(media_type: str) -> bool:
    return media_type.startswith(("image/", "text/"))


def _is_document(media_type: str) -> bool:
    return media_type != "message/rfc822" and not _is_quick(media_type)


def _by_the_sweep(_media_type: str) -> bool:
    """Tell no: what was just received is seldom large, and the next sweep finds what is."""
    return False


_BRIEFLY: Final = replace(READING, woken_as=NAME, perform=partial(perform, short=True))
_FIRST: Final = replace(_BRIEFLY, perform=partial(perform, short=True, first=True))

SELDOM: Final = replace(
    _FIRST, name="reading_seldom", waiting=_short, gives_way=0.05, picker=Seldom
)
TEXTS: Final = replace(
    _FIRST,
    name="reading_texts",
    waiting=_texts,
    takes="text/plain".__eq__,
    at_once=1,
    gives_way=0.1,
)
MAILS: Final = replace(
    _BRIEFLY, name="reading_mails", waiting=_mails, takes="message/rfc822".__eq__
)
PICTURES: Final = replace(_BRIEFLY, name="reading_pictures", waiting=_pictures, takes=_is_quick)
DOCUMENTS: Final = replace(
    _BRIEFLY, name="reading_documents", waiting=_documents, takes=_is_document, at_once=1
)
LONG: Final = replace(
    READING, name="reading_long", waiting=_long, takes=_by_the_sweep, woken_as=NAME
)

LANES: Final = (SELDOM, TEXTS, MAILS, PICTURES, DOCUMENTS, LONG)
