"""Anna's phone at the doors."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx

from service.access.phones import enrol, make_link
from tests.service.web.doors import Doors

MOST = 300_000
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100


class Handset:
    """Anna's phone, which holds its cookie and asks as its service worker does."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        now = doors.time.now
        with doors.installation.database.writing() as session:
            link = make_link(session, doors.town.anna.id, now)
            self.secret = enrol(session, link, "Android Chrome/1", now)
        self.cookie = {"Cookie": f"vaern_phone={self.secret}"}
        self.share = uuid4()

    def begin(self, size: int, file_id: UUID, **more: object) -> httpx.Response:
        fields = {"file_id": file_id, "share": self.share, "of": 1, "name": "Skærm.png"}
        told = {name: str(value) for name, value in {**fields, "size": size, **more}.items()}
        return self.doors.client.post("/phone/files", data=told, headers=self.cookie)

    def piece(self, file_id: UUID, data: bytes, offset: int = 0) -> httpx.Response:
        path = f"/phone/files/{file_id}?offset={offset}"
        return self.doors.client.post(path, content=data, headers=self.cookie)

    def hand_in(self, data: bytes = PICTURE, **more: object) -> httpx.Response:
        file_id = uuid4()
        assert self.begin(len(data), file_id, **more).json() == {"offset": 0}
        return self.piece(file_id, data)

    def broken_off(self, file_id: UUID, data: bytes, announced: int) -> None:
        """Send the beginning of a piece, and lose the connection."""
        address = urlsplit(str(self.doors.client.base_url))
        head = (
            f"POST /phone/files/{file_id}?offset=0 HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Cookie: vaern_phone={self.secret}\r\nContent-Length: {announced}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port or 0), 10) as line:
            line.sendall(head.encode() + data)
            line.shutdown(socket.SHUT_WR)
            line.recv(1024)
