"""The starter: one thread, parsers imported, no secrets; forks a child for each item.

Run as ``python -I -m archive.confinement.starter CONTROL NAME=MODULE:FUNCTION…``
where CONTROL is the descriptor of a SOCK_SEQPACKET pair. Each request is one
JSON object with two descriptors (item, answer); each end of a child is one
JSON object back. When the other end of CONTROL closes, every child is killed
and the starter ends.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from archive.confinement.child import Reader, become_child
from archive.confinement.frames import FrameReader, read_facts, type_facts
from archive.confinement.limits import Limits
from archive.confinement.readers import load_readers, warm_up
from archive.confinement.walls import Layers, prepare

MAX_REQUEST: Final = 4096


@dataclass(slots=True)
class _Child:
    number: int
    pid: int
    slot: int
    deadline: float
    too_late: bool = False


class Starter:
    """Forks, watches and ends the children; knows nothing about what they read."""

    def __init__(self, control: socket.socket, readers: dict[str, Reader]) -> None:
        self._control = control
        self._readers = readers
        self._load_seccomp: Callable[[], None] | None = prepare()
        self._load_for_threads: Callable[[], None] | None = prepare(threads=True)
        self._children: dict[int, _Child] = {}  # by pidfd
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Serve requests until the other end closes."""
        layers = self._try_walls()
        self._selector.register(self._control, selectors.EVENT_READ)
        self._tell({"ready": True, "layers": layers.as_facts()})
        while self._turn():
            pass
        for child in self._children.values():
            _kill(child.pid)

    def _turn(self) -> bool:
        now = time.monotonic()
        watched = (child.deadline for child in self._children.values() if not child.too_late)
        nearest = min(watched, default=None)
        wait = None if nearest is None else max(0.0, nearest - now)
        for key, _ in self._selector.select(wait):
            if key.fileobj is self._control:
                if not self._take_request():
                    return False
            else:
                self._reap(key.fd)
        now = time.monotonic()
        for child in self._children.values():
            if child.deadline <= now and not child.too_late:
                child.too_late = True
                _kill(child.pid)
        return True

    def _take_request(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, MAX_REQUEST, 2)
        if not message:
            return False
        request = json.loads(message)
        try:
            if "kill" in request:
                self._kill_number(request["kill"])
            else:
                self._fork(request, *descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _kill_number(self, number: int) -> None:
        for child in self._children.values():
            if child.number == number:
                _kill(child.pid)

    def _fork(self, request: dict[str, Any], source: int, sink: int) -> None:
        limits = Limits.from_facts(request["limits"])
        slots = {child.slot for child in self._children.values()}
        slot = next(number for number in range(len(slots) + 1) if number not in slots)
        try:
            pid = os.fork()
        except OSError:
            self._tell({"ended": request["number"], "status": None, "too_late": False})
            return
        if pid == 0:
            os.setpgid(0, 0)
            become_child(
                self._readers[request["reader"]],
                request["media_type"],
                limits,
                source=source,
                sink=sink,
                slot=slot,
                load_seccomp=(self._load_for_threads if limits.threads > 1 else self._load_seccomp),
            )
        with contextlib.suppress(OSError):  # both sides set it; the child may be gone already
            os.setpgid(pid, pid)
        watch = os.pidfd_open(pid)
        deadline = time.monotonic() + limits.wall_seconds
        self._children[watch] = _Child(request["number"], pid, slot, deadline)
        self._selector.register(watch, selectors.EVENT_READ)

    def _reap(self, watch: int) -> None:
        child = self._children.pop(watch)
        self._selector.unregister(watch)
        os.close(watch)
        # Before the leader is reaped, so that the group's number cannot be another's.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        _, status = os.waitpid(child.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._tell({"ended": child.number, "status": code, "too_late": child.too_late})

    def _try_walls(self) -> Layers:
        """Fork one child that reads nothing, to learn which walls stand here."""
        source, feeder = os.pipe()
        answer, sink = os.pipe()
        pid = os.fork()
        if pid == 0:
            become_child(
                None,
                "",
                Limits(),
                source=source,
                sink=sink,
                slot=0,
                load_seccomp=self._load_seccomp,
            )
        for descriptor in (source, feeder, sink):
            os.close(descriptor)
        with os.fdopen(answer, "rb") as stream:
            frames = list(FrameReader(MAX_REQUEST).feed(stream.read(MAX_REQUEST)))
        os.waitpid(pid, 0)
        return Layers.from_facts(
            read_facts(next(payload for kind, payload in frames if kind == type_facts))
        )

    def _tell(self, message: dict[str, Any]) -> None:
        self._control.send(json.dumps(message).encode())


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Import what reads, and serve."""
    readers = load_readers(dict(argument.split("=", 1) for argument in arguments[1:]))
    warm_up(readers)
    gc.collect()
    gc.freeze()  # the children share these pages as long as no collection touches them
    with (
        socket.socket(fileno=int(arguments[0])) as control,
        contextlib.suppress(BrokenPipeError, ConnectionResetError),
    ):
        Starter(control, readers).run()


if __name__ == "__main__":
    main(sys.argv[1:])
