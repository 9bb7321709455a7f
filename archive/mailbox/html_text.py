"""Text and links out of HTML, in one linear pass.

This serves search, rules and the forward reader; nothing here makes HTML fit
to be shown. The standard library's parser takes quadratic time on broken
markup, so the few rules that matter for text stand here.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Final

MAX_LINKS: Final = 2_000
MAX_QUOTES: Final = 20

_TAG_START: Final = re.compile(r"<(?=[a-zA-Z/!?])")
# As browsers read it: a quote counts only behind "=", a ">" within quotes does not.
_TAG: Final = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40})"
    r"(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>"
)
_LOOSE_TAG: Final = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40})(?P<rest>[^>]*+)>"
)
_ATTRIBUTE: Final = re.compile(
    r"(?P<name>[a-zA-Z-]{1,40})\s*=\s*(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'>]++))"
)
_SPACE: Final = re.compile(r"[ \t\r\n\f\u200b]+")
_SILENT: Final = frozenset({"script", "style", "title", "template", "noscript", "svg", "select"})
_BLOCK: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "caption",
    }
)
_SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class HtmlText:
    """The text of a page or mail, and the web addresses that its links lead to."""

    text: str
    links: tuple[str, ...]


@dataclass(slots=True)
class _Writer:
    """Collects text with the line breaks that a reader would see, and ">" before quotations."""

    out: list[str] = field(default_factory=list)
    breaks: int = 2  # nothing precedes: no break is needed
    space: bool = False
    quotes: int = 0

    def words(self, text: str, *, keep_lines: bool) -> None:
        if keep_lines:
            for number, line in enumerate(text.split("\n")):
                if number:
                    self.line_break()
                if line:
                    self._put(line.rstrip("\r"))
            return
        folded = _SPACE.sub(" ", text)
        if folded == " ":
            self.space = self.space or self.breaks == 0
            return
        if folded.startswith(" ") and self.breaks == 0:
            self.space = True
        self._put(folded.strip(" "))
        self.space = folded.endswith(" ")

    def _put(self, text: str) -> None:
        if not text:
            return
        if self.breaks and self.quotes:
            self.out.append("> " * self.quotes)
        elif self.space and self.breaks == 0:
            self.out.append(" ")
        self.out.append(text)
        self.breaks, self.space = 0, False

    def line_break(self) -> None:
        self.out.append("\n")
        self.breaks, self.space = min(self.breaks + 1, 2), False

    def at_least(self, breaks: int) -> None:
        """Make sure that so many line breaks stand before what follows."""
        while self.breaks < breaks:
            self.line_break()


class _Reader:
    """Reads one source from its beginning to its end, never going back."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._writer = _Writer()
        self._links: dict[str, None] = {}
        self._kept_lines = 0
        self._tag = _TAG
        self._address, self._address_from = "", 0

    def read(self) -> HtmlText:
        source, position = self._source, 0
        while found := _TAG_START.search(source, position):
            self._words(position, found.start())
            position = self._after(found.start())
        self._words(position, len(source))
        lines = "".join(self._writer.out).split("\n")
        text = "\n".join(line.rstrip() for line in lines).strip("\n")
        return HtmlText(text, tuple(self._links))

    def _words(self, start: int, end: int) -> None:
        if end > start:
            text = html.unescape(self._source[start:end])
            self._writer.words(text, keep_lines=self._kept_lines > 0)

    def _after(self, start: int) -> int:
        """Act on the tag or declaration that begins here; return the position after it."""
        source = self._source
        tag = self._tag.match(source, start)
        if tag is None and source[start + 1] not in "!?" and self._tag is _TAG:
            # A quote that never ends. Looking again for the end of each tag that follows
            # would take quadratic time: from here on the next ">" ends a tag.
            self._tag = _LOOSE_TAG
            tag = self._tag.match(source, start)
        if tag is not None:
            return self._act(tag)
        mark, skip = ("-->", 4) if source.startswith("<!--", start) else (">", 1)
        end = source.find(mark, start + skip)
        return len(source) if end < 0 else end + len(mark)

    def _act(self, tag: re.Match[str]) -> int:
        writer, name, closing = self._writer, tag["name"].lower(), bool(tag["close"])
        if name in _SILENT and not closing:
            return _after_silent(self._source, tag.end(), name)
        if name == "br":
            writer.line_break()
        elif name in ("td", "th"):
            writer.space = writer.breaks == 0
        elif name in _BLOCK:
            writer.at_least(2 if name in _SPACED else 1)
            if name == "blockquote":
                writer.quotes = min(max(0, writer.quotes + (-1 if closing else 1)), MAX_QUOTES)
            elif name == "pre":
                self._kept_lines = max(0, self._kept_lines + (-1 if closing else 1))
        elif name == "a":
            self._anchor(tag["rest"], closing=closing)
        return tag.end()

    def _anchor(self, rest: str, *, closing: bool) -> None:
        """Note where a link leads; an address behind a name is written out at its end."""
        out = self._writer.out
        if closing:
            if self._address and self._address not in "".join(out[self._address_from :]):
                self._writer.words(f" <{self._address}>", keep_lines=False)
            self._address = ""
            return
        link = attributes(rest).get("href", "").strip()
        if link.lower().startswith(("http://", "https://")) and len(self._links) < MAX_LINKS:
            self._links[link] = None
        elif link.lower().startswith("mailto:"):
            self._address, self._address_from = link[7:].partition("?")[0], len(out)


def read_html(source: str) -> HtmlText:
    """Return the text of HTML as lines, and where its links lead."""
    return _Reader(source).read()


def attributes(rest: str) -> dict[str, str]:
    """Return the attributes of a tag, the first of each name."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest[:20_000]):
        value = match["double"] or match["single"] or match["bare"] or ""
        found.setdefault(match["name"].lower(), html.unescape(value))
    return found


def _after_silent(source: str, position: int, name: str) -> int:
    """Return the position after an element whose content is not text for a reader."""
    end = re.compile(rf"</{name}\b[^>]*+>?", re.IGNORECASE).search(source, position)
    return len(source) if end is None else end.end()
