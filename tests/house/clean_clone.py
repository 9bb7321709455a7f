"""A newcomer's first minute: a clean clone is set up. `python -m tests.house.clean_clone`.

The clone lies in a folder with spaces; two set-ups start at once, from another folder, without a
terminal. One works, the other waits, and a third start has nothing to do. Needs the network or
warm caches, so it is a check of `./run check --all` and no test.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 900


def start(clone: Path, cwd: Path) -> subprocess.Popen[str]:
    """Start a set-up without a terminal; what it says can be read."""
    return subprocess.Popen(
        [clone / "run", "setup"],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Return what a set-up said; a failed one ends the check with its words."""
    said, _ = process.communicate(timeout=SECONDS)
    if process.returncode:
        sys.exit(f"the set-up ended with {process.returncode}\n{said}")
    return said


def main() -> int:
    """Clone, set up twice at once and once more; 0 where each said what it should."""
    with tempfile.TemporaryDirectory(prefix="vaern clone ") as folder:
        place = Path(folder)
        clone = place / "en mappe med mellemrum"
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)

        began = time.monotonic()
        both = [start(clone, place), start(clone, place)]
        waited = sum("waiting for it" in finish(process) for process in both)
        first = time.monotonic() - began

        began = time.monotonic()
        last = finish(start(clone, place))
        again = time.monotonic() - began

    print(f"set up in {first:.1f} s; started again in {again:.2f} s; {waited} of two waited")
    if "Setting up" in last:
        print(f"the third start set up again:\n{last}")
    return int(waited != 1 or "Setting up" in last)


if __name__ == "__main__":
    sys.exit(main())
