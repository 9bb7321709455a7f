"""A small website on loopback for the tests: hand-made pages, and what a hostile site answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGES = Path(__file__).parent / "pages"


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    endless: bool = False

    @classmethod
    def page(cls, body: str, *, head: str = "", status: int = 200) -> Answer:
        html = (
            f'<!doctype html><html lang="da"><meta charset="utf-8">{head}<body>{body}</body></html>'
        )
        return cls(html.encode(), status, {"Content-Type": "text/html; charset=utf-8"})

    @classmethod
    def file(cls, name: str) -> Answer:
        html = (PAGES / name).read_bytes()
        return cls(html, 200, {"Content-Type": "text/html; charset=utf-8"})

    @classmethod
    def redirect(cls, location: str) -> Answer:
        return cls(b"", 302, {"Location": location})


class Site(ThreadingHTTPServer):
    """Serves `answers` by path; `asked` lists the paths that were asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def place(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that was killed hangs up; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.answers.get(self.path.partition("?")[0], Answer(b"nothing", 404))
        answer = found() if callable(found) else found
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not answer.endless:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        while answer.endless and not self.server.closing.wait(0.2):
            self.wfile.write(b" ")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@contextmanager
def open_site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        site.shutdown()
        site.server_close()
        thread.join()
