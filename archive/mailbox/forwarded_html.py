"""The forwarded original in the HTML of a mail.

Mail programs write the same header into HTML as into text: labels in bold, a
table, paragraphs. So the HTML is made text, line by line as a reader sees it,
and read as text is. `spans` are positions in that text (`forward_text`).
"""

from archive.mailbox.forwarded import Forward, read_forward
from archive.mailbox.html_text import read_html


def forward_text(html: str) -> str:
    """Return the text in which `read_forward_html` finds its spans."""
    return read_html(html).text


def read_forward_html(html: str, subject: str | None) -> Forward | None:
    """Return the forwarded original in an HTML body, or None where nothing is forwarded."""
    return read_forward(forward_text(html), subject)
