"""Custody of one piece as it is handed over: for programs as JSON, for people in plain Danish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.export.package import HandOver
from archive.records.people import PersonRecord, TokenRecord

if TYPE_CHECKING:
    from archive.export.gather import Piece

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")
_MANY = 400
_DOORS: Final = MappingProxyType(
    {
        "smtp": "med mail",
        "imap": "fra postkassen",
        "http": "gennem en anden tjeneste",
        "upload": "på siden Indsend eller fra et andet program",
        "phone": "fra en forbundet telefon",
        "screenshot": "som skærmbillede af et opslag",
        "cli": "af driften",
        "capture": "fra en side på nettet",
        "attachment": "som vedhæftet fil",
    }
)
_ACTS: Final = MappingProxyType(
    {
        "evidence.received": "Modtaget og forseglet",
        "evidence.delivered_again": "Det samme kom ind igen",
        "evidence.read": "Aflæst af et program",
        "evidence.could_not_be_read": "Et program kunne ikke aflæse det",
        "evidence.viewed": "Set af en medarbejder",
        "evidence.fetched": "Originalen blev hentet",
        "evidence.checked": "Originalen blev kontrolleret",
        "evidence.exported": "Udleveret i en bevispakke",
        "evidence.redacted": "En overdækket udgave blev lavet",
        "evidence.covering_explained": "Hvorfor noget blev dækket, blev skrevet ned",
        "evidence.sealed_off": "Spærret, så ingen kan se det",
        "evidence.seal_lifted": "Åbnet igen",
        "evidence.handed_to_police": "Originalen blev udleveret til politiet",
        "evidence.compared": "Sammenlignet med en anden fil",
        "evidence.held": "Må ikke slettes",
        "evidence.released": "Må slettes igen",
        "evidence.set_aside": "Lagt til side",
        "evidence.left_unsorted": "Ventede på at blive fordelt",
        "capture.kept": "Siden på nettet blev sikret",
        "capture.failed": "Siden på nettet kunne ikke sikres",
        "case.evidence_added": "Lagt til en sag",
    }
)


def names_of(session: Session, pieces: Iterable[Piece]) -> dict[str, str]:
    """Return the names of the ledger's actors: persons, programs, Værn itself."""
    actors = {entry.actor for piece in pieces for entry in piece.entries}
    names = {"system": "Værn"}
    for kind, table in (("person", PersonRecord), ("token", TokenRecord)):
        ids = [one for one in (_id(actor, kind) for actor in actors) if one is not None]
        for start in range(0, len(ids), _MANY):
            query = select(table.id, table.name).where(table.id.in_(ids[start : start + _MANY]))
            names.update({f"{kind}:{key}": name for key, name in session.execute(query)})
    return names


def custody_of(
    piece: Piece,
    names: Mapping[str, str],
    rows: Mapping[str, Any],
    over: HandOver,
    closed: frozenset[int] = frozenset(),
) -> tuple[dict[str, Any], str]:
    """Return the custody of a piece, twice: for programs, and as a plain text.

    Of an entry that stays closed neither actor nor facts are told.
    """
    acts = [
        {
            "position": entry.position,
            "kind": entry.kind,
            "at": opened["at"],
            "actor": None if entry.position in closed else opened["actor"],
            "who": names.get(entry.actor),
            "what": _what(entry.kind, {} if entry.position in closed else opened["facts"]),
        }
        for entry, opened in zip(piece.entries, piece.opened, strict=True)
    ]
    told = {"evidence": str(piece.evidence.id), "acts": acts, "rows": dict(rows)}
    return told, _text(piece, acts, over)


def moment_text(moment: datetime) -> str:
    """Return a moment as a Danish reader reads it, with its zone."""
    local = moment.astimezone(COPENHAGEN)
    return f"{local.day}.{local.month}.{local.year} kl. {local:%H.%M.%S} ({local:%Z})"


def _id(actor: str, kind: str) -> UUID | None:
    before, _, rest = actor.partition(":")
    try:
        return UUID(rest) if before == kind else None
    except ValueError:
        return None


def _what(kind: str, facts: Mapping[str, Any]) -> str:
    """Return an act in plain words; a kind without words of its own is named as it stands."""
    told = _ACTS.get(kind, kind)
    if kind == "evidence.received" and facts.get("door") in _DOORS:
        return f"{told}, {_DOORS[facts['door']]}"
    if kind == "evidence.checked" and facts:
        same = facts.get("result") in {None, "unchanged"}
        return f"{told}: {'uændret' if same else 'den passer ikke'}"
    if kind == "evidence.exported" and facts:
        return f"{told} til {one_line(facts.get('recipient'))}"
    return told


def one_line(text: object) -> str:
    """Return text without line breaks or characters that hide: nothing can look like a new line."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def _text(piece: Piece, acts: list[dict[str, Any]], over: HandOver) -> str:
    first = piece.opened[0]["facts"]
    lines = [f"Bevis {piece.number}", ""]
    if not over.redacted:
        lines.append(f"Navn da det kom ind:  {one_line(piece.evidence.filename or '(uden navn)')}")
        if piece.evidence.source_url:
            lines.append(f"Adresse, som oplyst:  {one_line(piece.evidence.source_url)}")
    lines += [
        f"Modtaget:             {moment_text(piece.evidence.received_at)}",
        f"Størrelse:            {first.get('size')} bytes",
        f"SHA-256 af originalen: {first.get('sha256')}",
        "",
        "Hvad der er sket med det:",
    ]
    for act in acts:
        at = datetime.fromisoformat(str(act["at"]))
        who = one_line(act["who"] or act["actor"])
        lines.append(f"  {moment_text(at)}  {act['what']}. {who}. Post {act['position']}.")
    lines += [
        "",
        "Hver linje står i loggen, og beviset for den ligger i mappen ledger.",
        "Pakken siger ikke, at intet andet er sket; den beviser det, der står her.",
        "",
    ]
    if over.redacted:
        lines[-1:] = [
            "Originalen er ikke her. Den overdækkede udgave står for den; det siger loggen.",
            "Navne er skiftet ud med Medarbejder 1, 2 og så videre. Begrundelser, tidligere",
            "modtagere og anden fri tekst er udeladt; at posten findes, dens art og tid kan",
            "kontrolleres, men ikke hvad der ellers står i den.",
            "",
        ]
    return "\n".join(lines)
