"""Who speaks to the proxy: on a shared machine only the visit's own browser may."""

from __future__ import annotations

from pathlib import Path

_TABLE = Path("/proc/net/tcp")
_LOOPBACK = "0100007F"  # 127.0.0.1 as the kernel prints it, proc(5)


def owner_of_connection(*, client_port: int, server_port: int) -> int | None:
    """The user number that owns the client's end of a loopback connection.

    None where the machine has no such table (not Linux) or the connection is gone.
    """
    local, remote = f"{_LOOPBACK}:{client_port:04X}", f"{_LOOPBACK}:{server_port:04X}"
    try:
        lines = _TABLE.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if fields[1] == local and fields[2] == remote:
            return int(fields[7])
    return None
