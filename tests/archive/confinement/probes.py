# ruff: noqa: ARG001, PTH116, PTH208 - every reader has the same two arguments; raw calls are meant
"""Readers that try what a parser taken over would try; loaded by the real starter."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except Exception as error:  # noqa: BLE001 - the kind of refusal is the outcome
        return type(error).__name__
    return "done"


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def try_everything(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """The item is the path of a file that anyone may read, a newline, the service's pid."""
    path, pid = source.read().decode().split("\n")
    acts: dict[str, Callable[[], object]] = {
        "read": lambda: os.open(path, os.O_RDONLY),
        "write": lambda: os.open("/tmp/probe", os.O_CREAT | os.O_WRONLY),  # noqa: S108 — a place that must refuse
        "list": lambda: os.listdir("/"),
        "stat": lambda: os.stat(path),
        "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "fork": _fork,
        "run": lambda: subprocess.run(["/bin/true"], check=True),
        "signal": lambda: os.kill(int(pid), signal.SIGCONT),
        "pipe": os.pipe,
        "become root": lambda: os.setuid(0),
    }
    yield {"outcomes": {name: _outcome(act) for name, act in acts.items()}}
    yield {"user": os.getuid(), "environment": sorted(os.environ), "stated": media_type}


def spin(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    yield {"before": True}
    while True:
        pass


def sleep(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    yield {"before": True}
    time.sleep(3600)


def ignore_signals_and_sleep(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    yield {"before": True}
    time.sleep(3600)


def eat_memory(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    yield {"before": True}
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def talk(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    while True:
        yield {"more": "x" * 65536}


def segfault(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    yield {"before": True}
    ctypes.string_at(0)


def lie(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Write the item itself as the answer, and end as if all were well."""
    os.write(1, source.read())
    if os.getpid():
        os._exit(0)
    yield {}


def recurse(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    def deeper() -> None:
        deeper()

    deeper()
    yield {}


def count(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    total = 0
    while chunk := source.read(1024 * 1024):
        total += len(chunk)
    yield {"bytes": total}
