"""The same text once more as simple HTML: paragraphs, lists and links, and nothing that is fetched.

No picture, no style sheet, no script: nothing tells anybody that the mail was opened, and every
mail program shows it as it is.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

_LINK: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_ITEM: Final = "– "
_STYLE: Final = "font-family:sans-serif;font-size:16px;line-height:1.5;max-width:38em"


def as_html(subject: str, body: str, language: str) -> str:
    """Return a whole document that says what the text says, in its order."""
    paragraphs = (one.strip("\n") for one in re.split(r"\n{2,}", body.replace("\r\n", "\n")))
    inner = "\n".join(_block(one) for one in paragraphs if one)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f'<title>{escape(subject)}</title></head>\n<body style="{_STYLE}">\n{inner}\n</body>\n'
        "</html>\n"
    )


def _block(paragraph: str) -> str:
    lines = paragraph.split("\n")
    if all(line.startswith(_ITEM) for line in lines):
        items = "".join(f"<li>{_linked(line.removeprefix(_ITEM))}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return f"<p>{'<br>'.join(_linked(line) for line in lines)}</p>"


def _linked(line: str) -> str:
    """Escape a line, and let each address in it be a link to itself."""
    parts, reached = [], 0
    for found in _LINK.finditer(line):
        address = escape(found[0])
        parts += [escape(line[reached : found.start()]), f'<a href="{address}">{address}</a>']
        reached = found.end()
    return "".join([*parts, escape(line[reached:])])
