"""One starter as the service sees it: started, asked, told of each child's end, stopped."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from archive.confinement.errors import ConfinementLost
from archive.confinement.walls import Layers

_START_SECONDS: Final = 60.0
_GRACE_SECONDS: Final = 10.0
_MAX_MESSAGE: Final = 4096


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, told by the starter; `status` as `os.waitstatus_to_exitcode`."""

    status: int | None
    too_late: bool


class StarterProcess:
    """One starter that lives, and who waits for its children."""

    def __init__(self, readers: Mapping[str, str]) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own program, fixed arguments
                [
                    sys.executable,
                    "-I",
                    "-m",
                    "archive.confinement.starter",
                    str(theirs.fileno()),
                    *(f"{name}={place}" for name, place in readers.items()),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                # Tesseract may start no threads: a child has one, and more make it slower.
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
                start_new_session=True,  # the terminal's Ctrl-C is for the service
            )
        self.lock = threading.Lock()
        self.waiting: dict[int, Future[Ended]] = {}
        self.lost = False
        self.layers = self._greeting()
        self._listener = threading.Thread(target=self._listen, name="confinement", daemon=True)
        self._listener.start()

    def _greeting(self) -> Layers:
        self.control.settimeout(_START_SECONDS)
        try:
            message = json.loads(self.control.recv(_MAX_MESSAGE))
        except (OSError, ValueError) as error:
            self.stop()
            raise ConfinementLost("the starter did not start") from error
        self.control.settimeout(None)
        return Layers.from_facts(message["layers"])

    def _listen(self) -> None:
        """Carry each child's end to the thread that waits for it, until the starter is gone."""
        with contextlib.suppress(OSError, ValueError):
            while message := self.control.recv(_MAX_MESSAGE):
                told = json.loads(message)
                with self.lock:
                    future = self.waiting.pop(told["ended"], None)
                if future is not None:
                    future.set_result(Ended(told["status"], told["too_late"]))
        with self.lock:
            self.lost = True
            left, self.waiting = list(self.waiting.values()), {}
        for future in left:
            future.set_exception(ConfinementLost("the starter ended"))

    def ask(self, number: int, request: dict[str, Any], descriptors: list[int]) -> Future[Ended]:
        """Send one request with its descriptors; the future tells how the child ended."""
        future: Future[Ended] = Future()
        with self.lock:
            if self.lost:
                raise ConfinementLost("the starter ended")
            self.waiting[number] = future
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            with self.lock:
                self.waiting.pop(number, None)
            raise ConfinementLost("the starter ended") from error
        return future

    def kill(self, number: int) -> None:
        """End one child early."""
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"kill": number}).encode())

    def stop(self) -> None:
        """Close the channel, upon which the starter kills its children and ends."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.control.close()
