"""Header blocks in a body: label lines that belong together, and what their fields say."""

import re
from dataclasses import dataclass, field
from typing import Final

from archive.mailbox.forward_lines import Announcement, LabelLine, Lines
from archive.mailbox.forward_words import Field

MAX_BLOCKS: Final = 200
_CONTINUED: Final = {"to": 60, "cc": 60, "subject": 4, "from": 2, "date": 2, "other": 20}
_WRAPPED_SUBJECT: Final = 60
_LOOKED_ABOVE: Final = 4
_SPACES: Final = re.compile(r"\s+")
_PERSON: Final = re.compile(r"[^<>@]{0,100}<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+")


@dataclass(slots=True)
class Block:
    """One header block. `parts` are the positions of each field's value, line by line."""

    lines: Lines
    labels: list[LabelLine]
    parts: dict[Field, list[tuple[int, int]]] = field(default_factory=dict)
    after: int = 0  # the first line behind the block
    announced: Announcement | None = None
    begins: int = 0  # the first line of the block or of what announces it

    @property
    def depth(self) -> int:
        """How many quote marks stand before the block."""
        return self.labels[0].depth

    @property
    def languages(self) -> frozenset[str]:
        """The languages that any of its labels belongs to, when not to all."""
        return frozenset().union(*(label.languages for label in self.labels))

    def has(self, kind: Field) -> bool:
        """Whether the block has this label."""
        return kind in self.parts

    def value(self, kind: Field) -> str:
        """Return a field's value on one line, without emphasis marks around it."""
        text = " ".join(self.lines.text[start:end] for start, end in self.parts.get(kind, []))
        return _SPACES.sub(" ", text).strip().strip("*").strip()

    def span(self, kind: Field) -> tuple[int, int] | None:
        """Return where a field's value stands in the body, None where it is empty."""
        kept = [part for part in self.parts.get(kind, []) if part[1] > part[0]]
        if not kept:
            return None
        return trimmed(self.lines.text, kept[0][0], kept[-1][1])

    def convinces(self) -> bool:
        """Whether this is a mail's header and not a form that happens to say From and To."""
        others = sum(self.has(kind) for kind in ("date", "to", "subject"))
        if self.announced == "forwarded":
            return others >= 1
        addressed = "@" in self.value("from") or "@" in self.value("to")
        return others >= 2 and (addressed or (self.has("date") and self.has("subject")))  # noqa: PLR2004 - two of three


def trimmed(text: str, start: int, end: int, extra: str = " \t\r\n*") -> tuple[int, int]:
    """Return the positions without space and emphasis marks at either side."""
    while start < end and text[start] in extra:
        start += 1
    while end > start and text[end - 1] in extra:
        end -= 1
    return start, end


def find_blocks(lines: Lines, subject: str) -> list[Block]:
    """Return the header blocks of a body in their order."""
    blocks: list[Block] = []
    group: list[LabelLine] = []
    for label in [*lines.labels, None]:
        if label is not None and group and _belongs(lines, group, label):
            group.append(label)
            continue
        if any(one.field == "from" for one in group):
            blocks.append(_block(lines, group, subject))
            if len(blocks) >= MAX_BLOCKS:
                break
        group = [label] if label is not None else []
    return [block for block in blocks if block.convinces()]


def _belongs(lines: Lines, group: list[LabelLine], label: LabelLine) -> bool:
    """Whether a label continues the block that was begun."""
    last = group[-1]
    if label.depth != last.depth:
        return False
    if label.field != "other" and any(one.field == label.field for one in group):
        return False
    between = [
        lines.bare(number) for number in range(last.line + 1, min(label.line, last.line + 70))
    ]
    if label.line - last.line > len(between) + 1:
        return False
    blank = sum(not line for line in between)
    if blank:
        # A blank line within a block comes from HTML paragraphs; a complete block needs no more.
        have = {one.field for one in group}
        whole = {"from", "date", "to", "subject"} <= have
        only_values = sum(bool(line) for line in between) <= (last.end == last.start)
        return blank <= 2 and len(group) > 1 - (label.field != "from") and not whole and only_values  # noqa: PLR2004 - one blank line on either side
    return len(between) <= _CONTINUED[last.field]


def _block(lines: Lines, group: list[LabelLine], subject: str) -> Block:
    block = Block(lines, group)
    for label, following in zip(group, [*group[1:], None], strict=True):
        block.parts.setdefault(label.field, []).append((label.start, label.end))
        if following is not None:
            _take_lines(block, label, label.line + 1, following.line)
    last = group[-1]
    block.after = last.line + 1
    _take_tail(block, last, subject)
    block.begins, block.announced = _look_above(lines, group[0].line)
    block.announced = group[0].announced or block.announced
    return block


def _take_lines(block: Block, label: LabelLine, first: int, end: int) -> None:
    for number in range(first, end):
        start = block.lines.starts[number]
        line = block.lines.line(number)
        bare = block.lines.bare(number)
        if bare:
            offset = start + line.index(bare)
            block.parts[label.field].append((offset, offset + len(bare)))


def _take_tail(block: Block, last: LabelLine, subject: str) -> None:
    """Take the lines behind the last label that still belong to its value."""
    lines = block.lines
    for _ in range(_CONTINUED[last.field]):
        number = block.after
        if number >= lines.count or lines.depth(number) != last.depth:
            return
        bare = lines.bare(number)
        if not bare or not _continues(block, last, bare, subject):
            return
        _take_lines(block, last, number, number + 1)
        block.after += 1


def _continues(block: Block, last: LabelLine, bare: str, subject: str) -> bool:
    value = block.value(last.field)
    if last.field in ("to", "cc"):
        if not value:
            return False
        return value.endswith((",", ";")) or ("@" in value and _only_addresses(bare))
    if last.field == "from":
        return "@" not in value and bare.startswith(("<", "[")) and "@" in bare
    if last.field == "subject" and len(value) >= _WRAPPED_SUBJECT:
        return f"{value} {bare}".casefold() in " ".join(subject.split()).casefold()
    return False


def _only_addresses(bare: str) -> bool:
    """Whether a line is nothing but people with their addresses."""
    pieces = [piece.strip() for piece in re.split("[,;]", bare) if piece.strip()]
    return bool(pieces) and all(_PERSON.fullmatch(piece) for piece in pieces)


def _look_above(lines: Lines, first: int) -> tuple[int, Announcement | None]:
    """Return where the block's announcement begins, and what it announces."""
    begins, announced = first, None
    number = first - 1
    for _ in range(_LOOKED_ABOVE):
        while number >= 0 and first - number <= 2 * _LOOKED_ABOVE and not lines.bare(number):
            number -= 1
        found = lines.announcement(number) if number >= 0 else None
        if found is None:
            break
        begins = number
        announced = found
        number -= 1
        if found in ("forwarded", "original"):
            break
    return begins, announced
