"""Somebody at a browser, without the browser: signs in, fills forms, hands in files, over HTTP."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from service.demonstration.errors import DoorRefused

_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: where it stands, and what it says."""

    status: int
    location: str | None
    content: bytes

    @property
    def text(self) -> str:
        """What it says, read as UTF-8."""
        return self.content.decode("utf-8", "replace")


Fields = Mapping[str, str | Sequence[str]]
"""What a form says; a sequence is a box ticked several times."""


class Visitor:
    """One person with one session."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._cookies: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> None:
        """Sign in with a password; raises `DoorRefused`."""
        self._send("POST", "/sign-in", {"email": email, "password": password, "next": "/"})

    def post(self, path: str, fields: Fields) -> str:
        """Send a form of ours and return where it leads; raises `DoorRefused`."""
        answer = self._send("POST", path, {**fields, "csrf_token": self._form_token()})
        return answer.location or path

    def hand_in(self, name: str, content: bytes, fields: Mapping[str, str]) -> str:
        """Hand in a file and return the receipt's path; raises `DoorRefused`."""
        boundary = secrets.token_hex(16)
        parts = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n'
            f"{value}\r\n".encode()
            for field, value in {"csrf_token": self._form_token(), **fields}.items()
        )
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; '
            f'filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
        ).encode()
        body = parts + head + content + f"\r\n--{boundary}--\r\n".encode()
        answer = self._send(
            "POST", "/hand-in", body, content_type=f"multipart/form-data; boundary={boundary}"
        )
        return answer.location or "/hand-in"

    def get(self, path: str) -> Page:
        """Open a page; raises `DoorRefused`."""
        return self._send("GET", path)

    def fetch(self, path: str) -> bytes:
        """Fetch a file; raises `DoorRefused`."""
        return self._send("GET", path).content

    def _form_token(self) -> str:
        found = _FORM_TOKEN.search(self.get("/hand-in").text) or _FORM_TOKEN.search(
            self.get("/").text
        )
        if found is None:
            raise DoorRefused("no form was there to fill in")
        return found.group(1)

    def _send(
        self,
        method: str,
        path: str,
        body: Fields | bytes | None = None,
        content_type: str = "application/x-www-form-urlencoded",
    ) -> Page:
        raw = urlencode(body, doseq=True).encode() if isinstance(body, Mapping) else body
        headers = {"Accept": "text/html", "Accept-Language": "da"}
        if raw is not None:
            headers["Content-Type"] = content_type
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={kept}" for name, kept in self._cookies.items())
        connection = HTTPConnection(self._host, timeout=_PATIENCE)
        try:
            connection.request(method, path, raw, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise DoorRefused(f"{method} {path} was answered with {answer.status}")
        return Page(answer.status, answer.headers["Location"], content)
