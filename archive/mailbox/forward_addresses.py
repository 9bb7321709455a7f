"""Names and addresses as people's mail programs type them into a forward."""

import re
from itertools import pairwise
from typing import Final

Mailbox = tuple[str | None, str | None]

MAX_MAILBOXES: Final = 500

_MAILTO: Final = re.compile(r"[<\[(]\s*mailto:\s*([^\s<>\[\]()]+?)\s*[>\])]", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"'|]+@[^\s<>()\[\],;:\"'|]*[^\s<>()\[\],;:\"'|.]")
_SEPARATOR: Final = re.compile(r"\"[^\"]*+\"|<[^<>]*+>|\([^()]*+\)|\[[^\[\]]*+\]|([,;])")
_ON_BEHALF: Final = re.compile(
    r"\s+(?:on behalf of|p\u00e5 vegne af|p\u00e5 vegne av|f\u00f6r|im auftrag von|de la part de|"
    r"en nombre de|namens|per conto di|em nome de|puolesta)\s+",
    re.IGNORECASE,
)
_BRACKETS: Final = "<>[]()"
_AROUND: Final = " \t\"'*_`«»“”„’‘,;"


def parse_mailbox(value: str) -> Mailbox:
    """Return name and address of one person; either may be missing."""
    value = value.strip()
    if not value:
        return None, None
    value, linked = _without_mailto(value)
    found = _ADDRESS.search(value)
    if found is None:
        return _name(value) or linked, linked
    address = found[0].strip(_AROUND)
    before, after = value[: found.start()], value[found.end() :]
    name = _name(before)
    if not name:
        name = _name(_ON_BEHALF.sub("", _ADDRESS.sub("", after)))
    if name is not None and name.casefold() in (address.casefold(), "mailto:"):
        name = None
    return name, address


def _without_mailto(value: str) -> tuple[str, str | None]:
    """Return the value without a link that repeats or hides the address, and that address."""
    if "mailto:" not in value.lower():
        return value, None
    linked = [address.partition("?")[0] for address in _MAILTO.findall(value)]
    rest = _MAILTO.sub("", value)
    if _ADDRESS.search(rest):
        return rest, linked[0] if linked else None
    return (f"{rest.rstrip()} <{linked[0]}>", linked[0]) if linked else (rest, None)


def _name(text: str) -> str | None:
    name = text.strip()
    name = name.rstrip("<([{").strip(_AROUND).strip()
    if name and name[0] in _BRACKETS and not name.strip(_BRACKETS + _AROUND):
        return None
    if name.startswith("(") and name.endswith(")"):  # address (Name), RFC 822's old comment
        name = name[1:-1].strip(_AROUND)
    name = name.strip(">])" if "(" not in name and "[" not in name else ">").strip(_AROUND)
    return name or None


def parse_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Return everyone named in a list, whichever of comma and semicolon separates them."""
    pieces = _split(value)
    found = [parse_mailbox(piece) for piece in pieces[:MAX_MAILBOXES]]
    return tuple(mailbox for mailbox in found if mailbox != (None, None))


def _split(value: str) -> list[str]:
    marks = [match for match in _SEPARATOR.finditer(value) if match[1]]
    if any(match[1] == ";" for match in marks):
        return _cut(value, [match.start() for match in marks if match[1] == ";"])
    pieces = _cut(value, [match.start() for match in marks])
    if len(pieces) > 1 and not any("@" in piece for piece in pieces):
        # "Doe, John" is one person, "John Doe, Jane Roe" are two.
        return pieces if all(" " in piece.strip() for piece in pieces) else [value]
    joined: list[str] = []
    waiting = ""
    for piece in pieces:
        whole = f"{waiting},{piece}" if waiting else piece
        # "Doe, John <john@…>": a last name waits for the piece with the address.
        if "@" not in whole and " " not in piece.strip() and piece.strip():
            waiting = whole
        else:
            joined.append(whole)
            waiting = ""
    return [*joined, waiting] if waiting else joined


def _cut(value: str, marks: list[int]) -> list[str]:
    edges = [-1, *marks, len(value)]
    return [value[start + 1 : end] for start, end in pairwise(edges)]
