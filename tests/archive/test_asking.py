"""Authorities over real sockets on this machine: good ones, slow ones, and those that mislead."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from archive.ledger.asking import NoAnswer, WayOut, ask
from archive.ledger.stamps import MOST_BYTES, Expected, judge, question
from tests.archive.answering import give, listening
from tests.archive.authority import found, issue

NOTE = b"vaern.example\n7\nroot\n"


def code_of(port: int, way: WayOut | None = None, scheme: str = "http") -> str:
    with pytest.raises(NoAnswer) as refused:
        ask(f"{scheme}://127.0.0.1:{port}/tsr", b"asked", way or WayOut(seconds=5))
    return refused.value.code


def test_a_real_authority_answers_over_http(tmp_path: Path) -> None:
    authority, asked = found(tmp_path), question(NOTE)
    heads: list[tuple[str, str]] = []

    def reply(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        heads.append((handler.path, handler.headers["Content-Type"]))
        give(handler, authority.reply(body))

    with listening(reply) as port:
        answer = ask(f"http://127.0.0.1:{port}/tsr?who=we", asked.request, WayOut())

    assert heads == [("/tsr?who=we", "application/timestamp-query")]
    assert judge(answer, Expected(NOTE, authority.pins, asked.nonce)).signer


def test_tls_is_checked(tmp_path: Path) -> None:
    root = issue("Web root", is_ca=True)
    web = issue("127.0.0.1", root, usage=None, addresses=("127.0.0.1",))
    (tmp_path / "web.pem").write_text(web.pem + web.key_pem, "ascii")
    (tmp_path / "root.pem").write_text(root.pem, "ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "web.pem")
    trusting = WayOut(roots=tmp_path / "root.pem", seconds=5)

    with listening(lambda handler, _: give(handler, b"answer"), context) as port:
        assert ask(f"https://127.0.0.1:{port}/", b"asked", trusting) == b"answer"
        assert code_of(port, scheme="https") == "no_trust"
        with pytest.raises(NoAnswer, match="no_trust"):
            ask(f"https://localhost:{port}/", b"asked", trusting)
        (tmp_path / "empty.pem").touch()
        for roots in ("nowhere.pem", "empty.pem"):
            unusable = WayOut(roots=tmp_path / roots, seconds=5)
            assert code_of(port, unusable, "https") == "no_trust"


def test_a_redirect_is_not_followed() -> None:
    reached: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        reached.append(handler.path)
        handler.send_response(307)
        handler.send_header("Location", "/other")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with listening(elsewhere) as port:
        assert code_of(port) == "redirected"
    assert reached == ["/tsr"]


def test_an_error_is_named_by_its_number() -> None:
    with listening(lambda handler, _: give(handler, b"no", 503)) as port:
        assert code_of(port) == "http_503"


def test_an_answer_is_read_up_to_its_ceiling_and_no_further() -> None:
    def endless(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _number in range(256):
            handler.wfile.write(bytes(65536))

    with listening(lambda handler, _: give(handler, bytes(MOST_BYTES + 1))) as port:
        assert code_of(port) == "too_large"
    with listening(endless) as port:
        assert code_of(port) == "too_large"


def test_half_an_answer_is_none() -> None:
    def half(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")

    with listening(half) as port:
        assert code_of(port) == "broken_off"


def test_an_answer_that_drips_is_cut_off_as_a_whole() -> None:
    stopped = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        while not stopped.wait(0.05):
            handler.wfile.write(b"x")

    with listening(drip) as port:
        try:
            assert code_of(port, WayOut(seconds=0.4)) == "too_slow"
        finally:
            stopped.set()


def test_silence_is_not_waited_for_longer_than_set() -> None:
    stopped = threading.Event()

    def silent(_handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        stopped.wait(30)

    with listening(silent) as port:
        assert code_of(port, WayOut(seconds=0.2)) == "too_slow"
        stopped.set()


def test_nobody_there_is_said(unused_port: int) -> None:
    assert code_of(unused_port) == "no_connection"
    with pytest.raises(NoAnswer, match="no_name"):
        ask("http://authority.invalid/", b"asked", WayOut(seconds=5))


def test_the_proxy_is_asked_to_carry_it() -> None:
    seen: list[tuple[str, str, str | None]] = []

    def carry(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((handler.command, handler.path, handler.headers.get("Proxy-Authorization")))
        give(handler, body or b"no tunnel", 200 if body else 403)

    with listening(carry) as port:
        way = WayOut(proxy=f"http://us:p%40ss@127.0.0.1:{port}", seconds=5)
        assert ask("http://authority.example/tsr", b"asked", way) == b"asked"
        with pytest.raises(NoAnswer, match="no_connection"):
            ask("https://authority.example/tsr", b"asked", way)

    assert seen == [
        ("POST", "http://authority.example/tsr", "Basic dXM6cEBzcw=="),
        ("CONNECT", "authority.example:443", "Basic dXM6cEBzcw=="),
    ]


@pytest.fixture
def unused_port() -> int:
    with listening(lambda handler, _: give(handler, b"")) as port:
        return port
