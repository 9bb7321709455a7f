"""What the process that makes a document gives up: writing, other files, the network, programs.

The text in a document is a stranger's. It never becomes markup; these walls
stand for the day when typst, or what decodes a picture, has a fault.
"""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import landlock

_GIB: Final = 1024**3
MEMORY: Final = 3 * _GIB
"""Address space: typst maps fonts and keeps a whole document at once."""

_REFUSED: Final = ("socket", "connect", "bind", "execve", "execveat", "ptrace", "kill", "tgkill")
_READ: Final = landlock.FSAccess.READ_FILE | landlock.FSAccess.READ_DIR


def put_up(readable: Sequence[Path], seconds: int) -> None:
    """Allow reading in these folders only, and at most so much processor time."""
    os.nice(10)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_FSIZE, _GIB)
    _limit(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError, ValueError, landlock.LandlockError):
        rules = landlock.Ruleset()
        rules.allow(*readable, rules=_READ)
        rules.apply()
    with contextlib.suppress(ImportError, OSError, RuntimeError, ValueError):
        import pyseccomp

        calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        for name in _REFUSED:
            calls.add_rule(pyseccomp.ERRNO(1), name)
        calls.load()


def _limit(what: int, most: int) -> None:
    _, ceiling = resource.getrlimit(what)
    allowed = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
    resource.setrlimit(what, (allowed, allowed))
