import json
import subprocess
import sys

import pytest

# What is left where neither Landlock nor seccomp nor a change of user can be had.
ONLY_LIMITS = """
import json, os, socket
from archive.confinement import walls
from archive.confinement.limits import Limits
acts = {
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "socket": lambda: socket.socket(),
    "pipe": os.pipe,
    "fork": os.fork,
}
def outcome(act):
    try:
        act()
    except OSError as error:
        return error.errno
    return "done"
os.closerange(3, walls.MAX_DESCRIPTORS)
if os.getuid() == 0:
    walls._become_nobody(0)
walls._limit(Limits(), walls._mapped_bytes())
print(json.dumps({name: outcome(act) for name, act in acts.items()}))
"""


def test_limits_alone_already_keep_files_sockets_and_processes_away() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", ONLY_LIMITS], capture_output=True, check=True, text=True
    )

    assert "done" not in json.loads(done.stdout).values()


ENDLESS = """
from archive.confinement import walls
from archive.confinement.limits import Limits
walls._limit(Limits(memory=64 * 1024 * 1024, cpu_seconds=1), walls._mapped_bytes())
{act}
"""


@pytest.mark.parametrize(
    ("act", "code"), [("bytearray(128 * 1024 * 1024)", 1), ("while True: pass", -24)]
)
def test_limits_alone_end_what_grows_or_spins(act: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", ENDLESS.format(act=act)], capture_output=True, check=False
    )

    assert done.returncode == code
