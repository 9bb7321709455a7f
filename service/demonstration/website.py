"""The municipality's own page on loopback, as a browser meets it on a large platform."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader

from service.demonstration.town_page import POSTS, Comment, Post

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september",
    "oktober", "november", "december",
)  # fmt: skip
_HOUR, _DAY = 60, 24 * 60
_COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
)


class Website(ThreadingHTTPServer):
    """Serves the posts as they stand; `remove` takes a comment away, as the page team would."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, started: datetime) -> None:
        super().__init__(("127.0.0.1", port), _Asked)
        self._started = started.astimezone(_COPENHAGEN)
        self._removed: set[str] = set()

    @property
    def place(self) -> str:
        """Where it listens, as `host:port`."""
        return f"127.0.0.1:{self.server_address[1]}"

    def url(self, path: str = "/") -> str:
        """Return the address of one of its pages."""
        return f"http://{self.place}{path}"

    def remove(self, comment: str) -> None:
        """Take a comment, with its replies, off the page."""
        self._removed.add(comment)

    def page(self, path: str) -> str | None:
        """Return the page at a path as HTML, or None where there is none."""
        plain = path.partition("?")[0]
        shown = POSTS if plain == "/" else tuple(one for one in POSTS if one.path == plain)
        if not shown:
            return None
        return _TEMPLATES.get_template("page.html").render(
            posts=shown,
            post=shown[0] if len(shown) == 1 else None,
            full=plain != "/",
            count=sum(self._count(one) for one in shown[0].comments),
            removed=frozenset(self._removed),
            moment=lambda minutes: self._moment(minutes).isoformat(timespec="seconds"),
            ago=self._ago,
        )

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that closes its connection early is no news."""

    def _moment(self, minutes: int) -> datetime:
        return self._started - timedelta(minutes=minutes)

    def _ago(self, minutes: int) -> str:
        """Say when in Danish, as such pages do."""
        moment = self._moment(minutes)
        if minutes < _HOUR:
            return f"{minutes} min."
        if minutes < _DAY:
            hours = minutes // _HOUR
            return f"for {hours} {'time' if hours == 1 else 'timer'} siden"
        if (self._started.date() - moment.date()).days == 1:
            return f"i går kl. {moment:%H.%M}"
        return f"{moment.day}. {MONTHS[moment.month - 1]} kl. {moment:%H.%M}"

    def _count(self, comment: Comment) -> int:
        if comment.id in self._removed:
            return 0
        return 1 + sum(self._count(one) for one in comment.replies)


class _Asked(BaseHTTPRequestHandler):
    server: Website
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        html = self.server.page(self.path)
        body = (html or "Her er ikke noget.").encode()
        self.send_response(HTTPStatus.OK if html else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name there
        """Say nothing on the terminal, which belongs to the demonstration."""


@contextmanager
def open_website(port: int, started: datetime) -> Iterator[Website]:
    """Serve the page until the block ends; port 0 is any free one."""
    site = Website(port, started)
    thread = threading.Thread(target=site.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


__all__ = ["Post", "Website", "open_website"]
