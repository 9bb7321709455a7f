"""Serving: all doors opened together, announced when every one accepts, closed in order.

Order of a stop: no new connections, requests at hand finish, jobs finish or
give their claims back, the gate commits what waits, the database closes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn
from fastapi import FastAPI

from archive.backup import drop_opened
from archive.mailbox.errors import DoorNotOpen
from archive.mailbox.smtp import DoorLimits, SenderLimits, SmtpDoor
from archive.vault.objects import write_durably
from service.access.first_start import make_first_link, nobody_is_here
from service.access.people import anyone_signs_in
from service.casework.mail.arrival import acceptor
from service.errors import ServiceError
from service.installation import Installation, opened, sole_server
from service.jobs.every_kind import make_engine
from service.settings import Settings, host_and_port
from service.web.application import make_application
from service.web.connections import Patience, patient
from service.web.evidence_host import (
    make_evidence_host,
    other_loopback,
    require_another_host,
)

LISTENING = "listening.json"
log = structlog.get_logger("vaern.serving")


class DoorTaken(ServiceError):
    """A door cannot be opened where its setting says; most often another program has the port."""


def serve(
    settings: Settings, *, announce: Callable[[dict[str, object]], None] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told where the doors are."""
    with sole_server(settings.data), opened(settings) as installation:
        installation.objects.sweep()
        drop_opened(settings.data)
        installation.confinement.start()
        asyncio.run(_serve(installation, announce))


def first_start_of(installation: Installation, url: str) -> dict[str, object]:
    """Return what is to be told where nobody can come in yet: a link made now, or a command.

    The link is where nobody was ever entered. Where people stand here of whom none can sign in,
    whoever runs the machine gives the first of them a password.
    """
    with installation.database.reading() as session:
        nobody, shut = nobody_is_here(session), not anyone_signs_in(session)
    if nobody:
        with installation.database.writing() as session:
            secret = make_first_link(session, installation.clock.now())
        return {"first_start": f"{url.rstrip('/')}/first-start/{secret}"}
    if shut and not installation.settings.signs_in_by_provider:
        return {"people": "vaern user add name@municipality.example --name NAME --role operator"}
    return {}


async def _serve(
    installation: Installation, announce: Callable[[dict[str, object]], None] | None
) -> None:
    settings = installation.settings
    web = _listen("VAERN_HTTP", settings.http)
    evidence = _listen("VAERN_EVIDENCE_HTTP", settings.evidence_http)
    url = settings.url or _address("127.0.0.1", web)
    evidence_url = settings.evidence_url or _address(other_loopback(url), evidence)
    require_another_host(url, evidence_url)
    secret = (
        settings.secret.get_secret_value().encode() if settings.secret else secrets.token_bytes(32)
    )
    engine = make_engine(installation)
    app = make_application(installation, engine, evidence_url=evidence_url, secret=secret)
    host = make_evidence_host(installation, secret=secret, web_url=url)
    servers = [_Server(_config(app, settings)), _Server(_config(host, settings))]
    smtp_host, smtp_port = host_and_port(settings.smtp)
    door = SmtpDoor(
        smtp_host,
        smtp_port,
        accept=acceptor(installation, engine),
        archive_address=settings.archive_address,
        limits=_door_limits(settings),
    )
    installation.on_named.append(lambda said: door.answer_for(said.archive_address))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    listening = settings.data / LISTENING
    running = [
        asyncio.create_task(server.serve(sockets=[sock]))
        for server, sock in zip(servers, (web, evidence), strict=True)
    ]
    try:
        _open(door, settings)
        engine.start()
        await _until_started(servers, running)
        doors: dict[str, object] = {
            "http": url,
            "evidence": evidence_url,
            "smtp": f"{door.address[0]}:{door.address[1]}",
            "pid": os.getpid(),
        }
        # Before anybody is told that the doors are open: from then on no full disk ends us.
        told = doors if announce is None else {**doors, **first_start_of(installation, url)}
        write_durably(listening, json.dumps(doors).encode(), mode=0o644)
        if announce is not None:
            announce(told)
        # All that stands now stays: no collection need look through it between two uploads.
        gc.collect()
        gc.freeze()
        log.info("serving")
        await _first(stopping, running)
    finally:
        listening.unlink(missing_ok=True)
        for server in servers:
            server.should_exit = True
        await asyncio.to_thread(door.stop)
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(engine.stop, settings.stop_seconds)
        log.info("stopped")


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us: there are two of them in this process.

    Each would take the other's place as a signal's handler and raise it again
    at its own end; a second SIGINT cuts off uploads that are under way.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _door_limits(settings: Settings) -> DoorLimits:
    return DoorLimits(
        size=settings.most_mail_bytes,
        slowest=settings.slowest_bytes,
        patience=settings.patience_seconds,
        senders=SenderLimits(
            mails_per_sender=settings.most_mails_per_sender,
            mails_per_address=settings.most_mails_per_address,
            bytes_per_address=settings.most_mail_bytes_per_hour,
            relayed_per_sender=settings.most_relayed_mails,
            connections_per_address=settings.most_mail_connections,
            trusted=settings.trusted_relays,
        ),
    )


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=patient(Patience.of(settings)),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="off",
        proxy_headers=False,
        timeout_graceful_shutdown=settings.stop_seconds,
        h11_max_incomplete_event_size=64 * 1024,
    )


async def _until_started(servers: list[_Server], running: list[asyncio.Task[None]]) -> None:
    while not all(server.started for server in servers):
        for task in running:
            if task.done():
                task.result()
                raise RuntimeError("a door closed before it was open")
        await asyncio.sleep(0.01)


async def _first(stopping: asyncio.Event, running: list[asyncio.Task[None]]) -> None:
    """Wait for a signal, or for a server that ended by itself."""
    signalled = asyncio.create_task(stopping.wait())
    await asyncio.wait([signalled, *running], return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    with suppress(asyncio.CancelledError):
        await signalled


def _open(door: SmtpDoor, settings: Settings) -> None:
    try:
        door.start()
    except DoorNotOpen as closed:
        cause = closed.__cause__
        why = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else closed
        raise DoorTaken(f"VAERN_SMTP={settings.smtp}: {why}") from closed


def _listen(setting: str, where: str) -> socket.socket:
    host, port = host_and_port(where)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle on: each answer's body would wait 40 ms for a receipt.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as taken:
        sock.close()
        raise DoorTaken(f"{setting}={where}: {taken.strerror}") from taken
    sock.listen(512)
    sock.setblocking(False)
    return sock


def _address(name: str, sock: socket.socket) -> str:
    return f"http://{name}:{sock.getsockname()[1]}"
