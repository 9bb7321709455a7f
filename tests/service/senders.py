"""Programs that upload and mail servers that deliver, at once, and what each of them was told."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import httpx

from tests.service.served import ADDRESS, PATIENCE, Service

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Made once: each sender would read all the machine's certificates anew, for plain HTTP."""
TRIES = 3
"""How often a sender comes again whose delivery was not acknowledged."""


@dataclass
class Told:
    """Digests of what was acknowledged, and every answer that was no yes."""

    kept: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    refusals: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    """Connections that ended without an answer."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def yes(self, digests: Iterable[str]) -> None:
        with self._lock:
            self.kept.update(digests)

    def no(self, status: int) -> None:
        with self._lock:
            self.refusals.append(status)

    def no_answer(self, failed: Exception) -> None:
        with self._lock:
            self.cut.append(repr(failed))

    def sending(self, contents: Iterable[bytes]) -> list[str]:
        digests = [digest(one) for one in contents]
        with self._lock:
            self.sent.update(digests)
        return digests


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def upload(service: Service, token: str, told: Told, name: str, tries: int = TRIES) -> bool:
    """Upload two files until they are acknowledged; True when they were."""
    contents = [f"{name}: {text}\n".encode() * times for text, times in (("a", 3), ("b", 9000))]
    digests = told.sending(contents)
    files = [("files", (f"{name}-{n}.txt", one)) for n, one in enumerate(contents)]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": name}
    for _ in range(tries):
        try:
            answer = httpx.post(
                f"{service.http}/api/v1/evidence",
                headers=headers,
                files=files,
                timeout=PATIENCE,
                verify=NO_TLS,
            )
        except httpx.HTTPError as failed:
            told.no_answer(failed)
            continue
        found = [one["sha256"] for one in answer.json().get("evidence", ())]
        told.yes(found)  # an error midway lists what is kept, and that is a promise too
        if answer.status_code == httpx.codes.CREATED:
            if found != digests:
                told.wrong.append(f"{name}: {found}")
            return True
        told.no(answer.status_code)
    return False


def deliver(service: Service, told: Told, name: str, tries: int = TRIES) -> bool:
    """Hand over a mail until it is acknowledged; True when it was."""
    content = f"From: gert@example.net\r\nSubject: {name}\r\n\r\nDu skal passe på.\r\n".encode()
    digests = told.sending([content])
    for _ in range(tries):
        try:
            with smtplib.SMTP(*service.smtp, timeout=PATIENCE) as door:
                door.sendmail("mette@kommune.example", [ADDRESS], content)
        except smtplib.SMTPDataError as refused:
            told.no(refused.smtp_code)
        except (OSError, smtplib.SMTPException) as failed:
            told.no_answer(failed)
        else:
            told.yes(digests)
            return True
    return False


def everybody(service: Service, token: str, told: Told, label: str) -> None:
    """Two programs and two mail servers, at once, each with two things to hand in."""
    acts: list[Callable[[str], bool]] = [
        partial(upload, service, token, told),
        partial(deliver, service, told),
    ]

    def one(number: int) -> None:
        for turn in range(2):
            acts[number % 2](f"{label}-{number}-{turn}")

    with ThreadPoolExecutor(4) as senders:
        list(senders.map(one, range(4)))
