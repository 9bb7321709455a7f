"""Authorities that answer over real sockets on this machine."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.archive.authority import Authority

Answering = Callable[[BaseHTTPRequestHandler, bytes], None]


def give(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/timestamp-reply")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@contextmanager
def listening(
    answering: Answering, tls: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[int]:
    """Serve on a port of its own until the block ends; errors of cut connections are expected."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answering(self, body)

        def do_CONNECT(self) -> None:
            answering(self, b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """The client hangs up in some of these tests."""

    server = Server(("127.0.0.1", port), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(authority: Authority, port: int = 0) -> Iterator[str]:
    """Let an authority answer, as it does, until the block ends; gives its address."""
    one_at_a_time = threading.Lock()

    def reply(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        with one_at_a_time:
            answer = authority.reply(body)
        give(handler, answer)

    with listening(reply, port=port) as number:
        yield f"http://127.0.0.1:{number}/tsr"
