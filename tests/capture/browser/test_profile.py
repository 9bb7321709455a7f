from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from capture.browser.profile import owners_of_visits, visit_folder

USER = 61_999


def test_only_the_visits_user_reaches_its_profile() -> None:
    uid = USER if os.geteuid() == 0 else None
    with visit_folder(uid) as folder:
        facts = (folder / "profile").stat()
        assert facts.st_mode & 0o777 == 0o700
        assert facts.st_uid == (os.geteuid() if uid is None else uid)
        assert facts.st_uid in owners_of_visits()
        assert folder.stat().st_mode & 0o022 == 0
        (folder / "profile" / "History").write_text("spor")
    assert not folder.exists()


def test_what_a_killed_program_left_is_swept_by_the_next_visit() -> None:
    left = """
import os, signal
from capture.browser.profile import visit_folder
with visit_folder(None) as folder:
    (folder / "profile" / "Cache").write_text("spor")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    told = subprocess.run([sys.executable, "-c", left], capture_output=True, text=True, check=False)
    folder = Path(told.stdout.strip())
    assert told.returncode < 0
    assert folder.is_dir()
    with visit_folder(None) as own:
        assert not folder.exists()
        assert own.exists()
