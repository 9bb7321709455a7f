"""Each piece of evidence as one Bilag, or a captured page as one for each post that matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from archive.export.redacted import NotRedacted
from archive.records.evidence import EvidenceRecord, Known, ObjectRecord
from archive.records.pages import PostRecord, VisitRecord
from archive.vault.vault import Vault
from service.casework.evidence.numbers import spoken_number
from service.casework.exporting.annex_words import account_id, channel_of
from service.casework.exporting.looked_up import LookedUp, looked_up
from service.casework.exporting.sealed_pictures import SealedPictures
from service.casework.mail.found import original_of, text_of
from service.documents.values import Annex, Attached, Channel, Digest, Seen, Stated

MOST_ATTACHED = 1024 * 1024
"""Bytes of an original that goes into the PDF itself, where that is asked for."""

_FEW_POSTS = 5
_PAGE_PICTURES = 4
_UNSURE = "unsure"
_SEEN = 6


@dataclass(frozen=True)
class Gathered:
    """The annexes in the order of time, and the bytes that their pictures name by place."""

    annexes: tuple[Annex, ...]
    images: Sequence[bytes | None]


@dataclass
class _Gathering:
    vault: Vault
    known: LookedUp
    directed_at: tuple[str, ...]
    redacted: bool
    attach: bool
    images: SealedPictures
    found: list[tuple[Annex, EvidenceRecord]] = field(default_factory=list)


def annexes_of(
    session: Session,
    vault: Vault,
    rows: Sequence[EvidenceRecord],
    *,
    directed_at: tuple[str, ...],
    redacted: bool,
    attach: bool,
) -> Gathered:
    """Return the annexes of these pieces, numbered in the order of time.

    Raises `NotRedacted` where a redacted file is asked for of a piece that has none.
    """
    known = looked_up(session, vault, rows)
    images = SealedPictures(vault, known)
    work = _Gathering(vault, known, directed_at, redacted, attach and not redacted, images)
    present = {row.id: row for row in rows}
    for row in rows:
        if not _shown_by_parent(work, row, present):
            work.found += [(annex, row) for annex in _annexes(work, row, present)]
    return Gathered(_in_order(work.found, present), work.images)


def _in_order(
    found: list[tuple[Annex, EvidenceRecord]], present: dict[UUID, EvidenceRecord]
) -> tuple[Annex, ...]:
    """Number by time; what came inside something follows it at once."""
    first: dict[UUID, datetime] = {}
    for annex, row in found:
        first.setdefault(row.id, annex.moment)

    def top(row: EvidenceRecord) -> EvidenceRecord:
        while row.parent_id in present:
            row = present[row.parent_id]
        return row

    ordered = sorted(
        found,
        key=lambda one: (
            first.get(top(one[1]).id, one[0].moment),
            top(one[1]).received_at,
            str(top(one[1]).id),
            one[1].id != top(one[1]).id,
            one[1].received_at,
            one[0].number,
        ),
    )
    numbers: dict[UUID, int] = {}
    for number, (_, row) in enumerate(ordered, 1):
        numbers.setdefault(row.id, number)
    return tuple(
        replace(annex, number=number, part_of=numbers.get(row.parent_id) if row.parent_id else None)
        for number, (annex, row) in enumerate(ordered, 1)
    )


def _shown_by_parent(
    work: _Gathering, row: EvidenceRecord, present: dict[UUID, EvidenceRecord]
) -> bool:
    """Tell whether an attached original stands on the page of the mail that brought it."""
    if row.media_type != "message/rfc822" or row.parent_id not in present:
        return False
    message = work.known.messages.get(row.parent_id)
    return message is not None and len(message.originals) == 1


def _annexes(
    work: _Gathering, row: EvidenceRecord, present: dict[UUID, EvidenceRecord]
) -> Iterator[Annex]:
    if work.redacted:
        yield _redacted(work, row)
    elif row.kind == "capture":
        yield from _captured(work, row)
    elif typed := [one for one in work.known.posts[row.id] if one.typed_by is not None]:
        for post in typed:
            yield _typed(work, row, post)
    elif row.id in work.known.messages:
        yield _mail(work, row, present)
    else:
        yield _file(work, row)


def _base(work: _Gathering, row: EvidenceRecord, channel: Channel) -> Annex:
    """Return what every Bilag says."""
    known = work.known
    read_by = known.readers[row.id]
    seen = tuple(Seen(one.name, one.at) for one in read_by.latest[:_SEEN])
    return Annex(
        number=0,
        evidence=spoken_number(row.id, known.positions.get(row.id)),
        channel=channel,
        received_at=row.received_at,
        known=row.known,
        digests=(Digest("original", row.sha256 or ""),),
        handed_in_by=known.givers.get(row.id),
        directed_at=work.directed_at,
        note=row.note,
        seen_by=seen,
        seen_more=max(0, read_by.count - len(seen)),
        attached=_attached(work, row),
    )


def _attached(work: _Gathering, row: EvidenceRecord) -> tuple[Attached, ...]:
    if not work.attach or row.size > MOST_ATTACHED or row.id in work.known.infected:
        return ()
    stored = work.known.latest(row.id, "original")
    source = work.images.put(row.id, stored) if stored else None
    if source is None:
        return ()
    number = spoken_number(row.id, work.known.positions.get(row.id))
    return (Attached(f"{number}.bin", "application/octet-stream", source),)


def _file(work: _Gathering, row: EvidenceRecord) -> Annex:
    facts = work.known.facts.get(row.id, {})
    channel = channel_of(row)
    text = facts.get("text") if isinstance(facts.get("text"), str) else None
    machine = not row.media_type.startswith("text/")
    base = _base(work, row, channel)
    return replace(
        base,
        name=row.filename,
        captured_at=row.seen_at,
        address=row.source_url,
        address_known=Known.TOLD if row.source_url else None,
        text=None if machine else text,
        text_known=row.known,
        machine_text=text if machine else None,
        unsure=facts.get("text_state") == _UNSURE,
        pictures=_pictures(work, row, "preview"),
    )


def _mail(work: _Gathering, row: EvidenceRecord, present: dict[UUID, EvidenceRecord]) -> Annex:
    message = work.known.messages[row.id]
    original = original_of(message)
    inner = message.originals[0] if message.originals else None
    base = _base(work, row, Channel.MAIL)
    if original is None:
        author = message.from_[0] if message.from_ else None
        written = message.date.written if message.date else None
        return replace(
            base,
            author=_named(author.name, author.address) if author else None,
            author_known=row.known,
            account=author.address.lower() if author and author.address else None,
            subject=message.subject,
            stated=Stated(work.known.sent_at(message), written, row.known) if written else None,
            text=text_of(message) or None,
            text_known=row.known,
        )
    forward = message.forward
    text = text_of(inner) if inner else (forward.body if forward else None)
    written = (inner.date.written if inner and inner.date else None) or (
        forward.date if forward and not inner else None
    )
    stated = original.sent_at is not None or written is not None
    return replace(
        base,
        author=_named(original.name, original.address),
        author_known=original.known,
        account=original.address.lower() if original.address else None,
        subject=original.subject,
        stated=Stated(original.sent_at, written, original.known) if stated else None,
        known=original.known,
        text=text or None,
        text_known=original.known,
        digests=(*base.digests, *_digests_of_original(work, row, present)),
    )


def _digests_of_original(
    work: _Gathering, row: EvidenceRecord, present: dict[UUID, EvidenceRecord]
) -> Iterator[Digest]:
    for part in present.values():
        if part.parent_id == row.id and _shown_by_parent(work, part, present):
            number = spoken_number(part.id, work.known.positions.get(part.id))
            yield Digest("attached", part.sha256 or "", number)


def _captured(work: _Gathering, row: EvidenceRecord) -> Iterator[Annex]:
    visit = work.known.visits.get(row.id)
    posts = _that_matter(work, row.id, visit)
    for post in posts:
        yield _post(work, row, post, visit)
    if posts:
        return
    page = _base(work, row, Channel.PAGE)
    yield replace(
        page,
        captured_at=visit.started_at if visit else row.seen_at,
        address=(visit.final_url or visit.url) if visit else row.source_url,
        address_known=Known.CAPTURED,
        pictures=_pictures(work, row, "page"),
    )


def _that_matter(
    work: _Gathering, evidence_id: UUID, visit: VisitRecord | None
) -> list[PostRecord]:
    """Return the posts that were flagged, decided or asked for; all of them where they are few."""
    posts = work.known.posts[evidence_id]
    addresses = {visit.url, visit.final_url} if visit else set[str | None]()
    chosen = [
        one for one in posts if one.id in work.known.marked or one.permalink in addresses - {None}
    ]
    return chosen or (posts if len(posts) <= _FEW_POSTS else [])


def _post(
    work: _Gathering, row: EvidenceRecord, post: PostRecord, visit: VisitRecord | None
) -> Annex:
    base = _base(work, row, Channel.POST)
    moment = work.known.understood(post.time)
    stated = moment is not None or bool(post.time_stated)
    digests = [*base.digests, Digest("text", post.text_sha256)]
    if post.picture_sha256:
        digests.append(Digest("picture", post.picture_sha256))
    return replace(
        base,
        number=post.number,
        author=post.author,
        author_known=Known.CAPTURED,
        profile=post.author_url,
        account=account_id(post.author_url),
        address=post.permalink or (visit.final_url if visit else row.source_url),
        address_known=Known.CAPTURED,
        captured_at=visit.started_at if visit else row.seen_at,
        stated=Stated(moment, post.time_stated, Known.CAPTURED) if stated else None,
        text=post.text or None,
        text_known=Known.CAPTURED,
        pictures=_post_picture(work, row.id, post),
        digests=tuple(digests),
    )


def _typed(work: _Gathering, row: EvidenceRecord, post: PostRecord) -> Annex:
    """Return a post that one of ours typed: in their words, beside the picture they typed from."""
    picture = _file(work, row)
    stated, how = post.time_stated, Known.TYPED_FROM_PICTURE
    return replace(
        picture,
        channel=Channel.POST,
        number=post.number,
        typed_at=post.typed_at,
        author=post.author,
        author_known=how,
        profile=post.author_url,
        account=account_id(post.author_url),
        address=post.permalink or row.source_url,
        address_known=how,
        stated=Stated(None, stated, how) if stated else None,
        text=post.text,
        text_known=how,
        digests=(*picture.digests, Digest("text", post.text_sha256)),
    )


def _post_picture(work: _Gathering, evidence_id: UUID, post: PostRecord) -> tuple[int | None, ...]:
    stored = next(
        (one for one in work.known.objects[evidence_id] if one.name == post.picture_name), None
    )
    return (_image(work, evidence_id, stored),) if stored else ()


def _redacted(work: _Gathering, row: EvidenceRecord) -> Annex:
    """Return what a redacted hand-over says: nothing but what is in the redacted file, and when."""
    base = _base(work, row, channel_of(row))
    stored = work.known.latest(row.id, "redacted")
    if stored is None:
        raise NotRedacted(str(row.id))
    annex = replace(base, note=None, handed_in_by=None, seen_by=(), seen_more=0)
    digests = (*base.digests, Digest("redacted", stored.sha256))
    if stored.media_type.startswith("image/"):
        return replace(annex, digests=digests, pictures=(_image(work, row.id, stored),))
    data = work.known.opened(work.vault, row.id, stored)
    return replace(annex, digests=digests, text=data.decode("utf-8", "replace") if data else None)


def _pictures(work: _Gathering, row: EvidenceRecord, role: str) -> tuple[int | None, ...]:
    if row.id in work.known.infected:
        return (None,)
    stored = [
        one
        for one in work.known.objects[row.id]
        if one.role == role and one.media_type.startswith("image/")
    ]
    if role == "preview":
        stored = stored[-1:]
    return tuple(_image(work, row.id, one) for one in stored[:_PAGE_PICTURES])


def _image(work: _Gathering, evidence_id: UUID, stored: ObjectRecord) -> int | None:
    return None if evidence_id in work.known.infected else work.images.put(evidence_id, stored)


def _named(name: str | None, address: str | None) -> str | None:
    told = " ".join(part for part in (name, f"<{address}>" if address else "") if part)
    return told or None


__all__ = ["MOST_ATTACHED", "Gathered", "annexes_of"]
