"""What an annex is called by: the way it came, and the name of an account. Pure."""

from __future__ import annotations

from archive.records.evidence import EvidenceRecord
from service.documents.values import Channel


def channel_of(row: EvidenceRecord) -> Channel:
    """Return by which way a piece came, as people say it."""
    if row.kind == "mail" or row.media_type == "message/rfc822":
        return Channel.MAIL
    if row.kind == "capture":
        return Channel.PAGE
    if row.kind == "told":
        return Channel.TOLD
    family = row.media_type.partition("/")[0]
    if family in {"audio", "video"}:
        return Channel.SOUND_OR_FILM
    if family == "image":
        return Channel.PICTURE
    return Channel.DOCUMENT if family == "text" or "pdf" in row.media_type else Channel.OTHER


def account_id(profile: str | None) -> str | None:
    """Return the last part of a profile's address: what platforms call an account by."""
    if not profile:
        return None
    path, _, query = profile.partition("?")
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "id" and value:
            return value
    host_and_path = path.partition("//")[2].rstrip("/")
    return host_and_path.rpartition("/")[2] if "/" in host_and_path else None
