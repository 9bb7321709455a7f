"""The forwarded original in the text of a mail: who wrote what to whom, as a program typed it.

Nothing that is read here is proven. A mail program copied it into the text,
and anyone could have changed it since: it is known as *typed inline*.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from archive.mailbox.forward_addresses import Mailbox, parse_mailbox, parse_mailboxes
from archive.mailbox.forward_blocks import Block, find_blocks, trimmed
from archive.mailbox.forward_citation import find_citation
from archive.mailbox.forward_dates import understand
from archive.mailbox.forward_lines import Lines, announcement_of, read_lines
from archive.mailbox.forward_words import (
    ENDINGS,
    FORWARD_PREFIXES,
    REPLIES_BY_VS,
    REPLY_PREFIXES,
    Field,
)

MAX_CHAIN: Final = 20

_PREFIX: Final = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)*([^\W\d_][\w. -]{0,18}?)\s*(?:[\[(]\d+[\])])?\s*[:：]"
)
_ENDING: Final = re.compile(rf"[-_ ]{{2,}}\s*(?:{'|'.join(ENDINGS)})\b", re.IGNORECASE)
_QUOTE_MARK: Final = re.compile(r"[ \t]*>[ \t]?")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The header of one mail in a chain of forwards, as written."""

    from_name: str | None
    from_address: str | None
    subject: str | None
    date: str | None
    date_understood: str | None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()


@dataclass(frozen=True, slots=True)
class Forward:
    """A forwarded original.

    The fields describe the innermost original; `chain` has every forwarded
    mail, the outermost first and the innermost last. `spans` are positions in
    the text that was read, in code points, of each field that is there
    (`from_name`, `from_address`, `subject`, `date`, `to`, `cc`), of the
    `header` and of the `body`. `date_understood` is ISO 8601, with an offset
    only where one was written.
    """

    from_name: str | None
    from_address: str | None
    subject: str | None
    date: str | None
    date_understood: str | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    body: str
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    chain: tuple[Forwarded, ...] = ()


def read_forward(body: str, subject: str | None) -> Forward | None:
    """Return the forwarded original in a plain-text body, or None where nothing is forwarded."""
    if ":" not in body and "：" not in body:
        return None
    lines = read_lines(body)
    blocks = find_blocks(lines, subject or "")
    chain = _chain(blocks, subject or "")
    if chain:
        return _forward(lines, chain)
    cited = find_citation(lines, forwarded=kind_of_subject(subject or "", frozenset()) == "forward")
    if cited is None:
        return None
    original = _without_prefix(subject or "")
    header = Forwarded(
        cited.from_name, cited.from_address, original or None, cited.date, understand(cited.date)
    )
    text, span = _body(lines, cited.after, cited.depth)
    return Forward(
        header.from_name,
        header.from_address,
        header.subject,
        header.date,
        header.date_understood,
        (),
        (),
        text,
        {**cited.spans, "body": span},
        (header,),
    )


def kind_of_subject(subject: str, languages: frozenset[str]) -> str:
    """Return "forward", "reply" or "" by what a subject begins with."""
    found = _PREFIX.match(subject)
    if found is None:
        return "forward" if subject.rstrip().lower().endswith("(fwd)") else ""
    prefix = found[1].strip(" .").casefold()
    if prefix == "vs" and languages and languages <= REPLIES_BY_VS:
        return "reply"
    if prefix in FORWARD_PREFIXES:
        return "forward"
    return "reply" if prefix in REPLY_PREFIXES else ""


def _without_prefix(subject: str) -> str:
    found = _PREFIX.match(subject)
    if found is None or found[1].strip(" .").casefold() not in FORWARD_PREFIXES:
        return subject.strip()
    return subject[found.end() :].strip()


def _chain(blocks: list[Block], subject: str) -> list[Block]:
    """Return the blocks that are forwards, each within the one before."""
    chain: list[Block] = []
    for block in blocks[:MAX_CHAIN]:
        kind = kind_of_subject(subject, _spoken(block))
        if chain:
            # Within an original, a header without a word of forwarding is an answered mail's.
            accepted = block.announced == "forwarded" or (
                kind == "forward" and block.announced != "original"
            )
        elif kind == "reply":
            accepted = block.announced == "forwarded" and block.depth == 0
        else:
            accepted = True
        if not accepted:
            break
        chain.append(block)
        subject = block.value("subject")
    return chain


def _spoken(block: Block) -> frozenset[str]:
    """Return the languages in which every label of the block is said."""
    spoken = block.labels[0].languages
    for label in block.labels[1:]:
        spoken = (spoken & label.languages) or spoken
    return spoken


def _header(block: Block) -> Forwarded:
    name, address = parse_mailbox(block.value("from"))
    date = block.value("date") or None
    return Forwarded(
        name,
        address,
        block.value("subject") or None,
        date,
        understand(date) if date else None,
        parse_mailboxes(block.value("to")),
        parse_mailboxes(block.value("cc")),
    )


def _forward(lines: Lines, chain: list[Block]) -> Forward:
    inner = chain[-1]
    headers = tuple(_header(block) for block in chain)
    header = headers[-1]
    text, body_span = _body(lines, inner.after, inner.depth)
    kinds: tuple[Field, ...] = ("subject", "date", "to", "cc")
    spans: dict[str, tuple[int, int]] = {kind: span for kind in kinds if (span := inner.span(kind))}
    whole = inner.span("from")
    for name, value in (("from_name", header.from_name), ("from_address", header.from_address)):
        if whole and value and (at := lines.text.find(value, *whole)) >= 0:
            spans[name] = (at, at + len(value))
    first = lines.starts[inner.labels[0].line]
    spans["header"] = trimmed(lines.text, first, min(lines.starts[inner.after], len(lines.text)))
    spans["body"] = body_span
    return Forward(
        header.from_name,
        header.from_address,
        header.subject,
        header.date,
        header.date_understood,
        header.to,
        header.cc,
        text,
        spans,
        headers,
    )


def _body(lines: Lines, after: int, depth: int) -> tuple[str, tuple[int, int]]:
    """Return the text behind a header, freed of the header's own quoting, and where it stands."""
    first = after
    while first < lines.count and not lines.bare(first):
        first += 1
    if first < lines.count and lines.depth(first) != depth:
        depth = _depth_of_all(lines, first)  # only the header was quoted, or only the body
    kept: list[str] = []
    end = first
    for number in range(first, lines.count):
        line = lines.line(number)
        if depth and lines.depth(number) < depth:
            if line.strip():
                break  # what the forwarding person wrote below
            line = ""
        if line.startswith(("-", "_")) and _ENDING.match(line) and _closes(line):
            break
        kept.append(_unquoted(line, depth))
        if line.strip(" \t>"):
            end = number + 1
    text = "\n".join(kept).strip()
    if first >= lines.count:
        return "", (len(lines.text), len(lines.text))
    stop = min(lines.starts[end], len(lines.text))
    return text, trimmed(lines.text, lines.starts[first], stop, " \t\r\n>" if depth else " \t\r\n")


def _depth_of_all(lines: Lines, first: int) -> int:
    """Return how many quote marks stand before every line from here on."""
    depths = (lines.depth(number) for number in range(first, lines.count) if lines.bare(number))
    return min(depths, default=0)


def _closes(line: str) -> bool:
    """Whether a line is the frame that closes a forward."""
    return announcement_of(line.strip()) == "forwarded"


def _unquoted(line: str, depth: int) -> str:
    for _ in range(depth):
        found = _QUOTE_MARK.match(line)
        if found is None:
            break
        line = line[found.end() :]
    return line.rstrip()
