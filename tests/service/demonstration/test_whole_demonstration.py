"""`vaern demo --once`, as a viewer starts it: the whole way, then whole records left behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service.demonstration.handing_over import check, unpacked

VAERN = Path(sys.prefix) / "bin" / "vaern"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("thread"),
    pytest.mark.timeout(300),
]


def test_the_whole_way_is_shown_and_what_it_leaves_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "data-demo"

    shown = subprocess.run(
        [VAERN, "demo", "--once", "--port-free", "--data", folder],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert shown.returncode == 0, shown.stdout + shown.stderr
    for number in range(1, 9):
        assert f"  {number}. " in shown.stdout
    assert "sikret: 10 kommentarer, 3 markeret af reglerne" in shown.stdout
    assert "sikret: 4 kommentarer, 2 markeret af reglerne" in shown.stdout
    assert "pakkens egen check.py: alt er i orden, intet er ændret" in shown.stdout
    assert "alt er uændret" in shown.stdout
    assert check(unpacked(folder / "bevispakke"))[0] == 0
    assert shown.stdout.endswith("Alt er vist.\n")
    assert shown.stderr == ""
    assert len(list((folder / "outbox").glob("*.eml"))) == 1
    assert not (folder / "listening.json").exists()
    checked = subprocess.run(
        [VAERN, "verify", "--data", folder, "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(checked.stdout)["findings"] == []


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        shown = subprocess.run(
            [VAERN, "demo", "--data", tmp_path / "data-demo"],
            env={**os.environ, "VAERN_HTTP": f"127.0.0.1:{other.getsockname()[1]}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert shown.returncode == 3
    assert shown.stderr.startswith("vaern: DoorTaken: ")
    assert shown.stderr.count("\n") == 1
