"""The floors of the doors: the least that any honest door must do, as programs of their own.

`python -m tests.bench.floors http|page|smtp FOLDER` serves until its standard input
closes, and prints `host:port` when it accepts.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import sys
import threading
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP
from fastapi import FastAPI
from pyrage import encrypt, x25519
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from archive.database import sqlite_module


class Kept:
    """Bytes to a file durably, and one row committed with FULL synchronisation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._database = sqlite_module().connect(
            folder / "floor.db", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE kept (name TEXT PRIMARY KEY, sha256 TEXT)")

    def keep(self, data: bytes) -> str:
        """Write, fsync, link, fsync the folder, commit one row."""
        name = secrets.token_hex(16)
        part = self._folder / f".{name}"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.write(handle, data)
        os.fsync(handle)
        os.close(handle)
        os.link(part, self._folder / name)
        part.unlink()
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT INTO kept VALUES (?, ?)", (name, name))
            self._database.execute("COMMIT")
        return name


def http_floor(folder: Path) -> Starlette:
    """A bare streaming route: hash, seal, fsync, commit one row."""
    kept = Kept(folder)
    recipient = x25519.Identity.generate().to_public()

    async def receive(request: Request) -> JSONResponse:
        digest = hashlib.sha256()
        body = bytearray()
        async for chunk in request.stream():
            digest.update(chunk)
            body += chunk
        name = await run_in_threadpool(lambda: kept.keep(encrypt(bytes(body), [recipient])))
        return JSONResponse({"id": name, "sha256": digest.hexdigest()}, 201)

    return Starlette(routes=[Route("/", receive, methods=["POST"])])


def page_floor() -> FastAPI:
    """An empty route as ours are: FastAPI's, a plain `def`, so in a thread (decision 3)."""
    app = FastAPI(openapi_url=None)

    @app.get("/empty")
    def empty() -> Response:
        return Response()

    return app


class FloorHandler:
    """A bare aiosmtpd handler: 250 when the bytes are durable and one row is committed."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 — aiosmtpd calls it so
        """Keep one mail."""
        await asyncio.to_thread(self._kept.keep, envelope.content)  # type: ignore[attr-defined]  # aiosmtpd's envelope has no types
        return "250 OK"


async def serve_smtp(kept: Kept) -> None:
    """Serve the SMTP floor until standard input closes."""
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(FloorHandler(kept), data_size_limit=50_000_000), "127.0.0.1", 0
    )
    print(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def main(kind: str, folder: Path) -> None:
    """Serve one floor until standard input closes."""
    if kind == "smtp":
        asyncio.run(serve_smtp(Kept(folder)))
        return
    app = page_floor() if kind == "page" else http_floor(folder)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    print(f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
