"""`./run pictures`: makes a demonstration and takes the pictures of docs/pictures anew."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.pictures.demonstration import ROOT, showing
from tests.pictures.taking import take


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run pictures", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these pictures (names without ending)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vaern-pictures-") as folder,
        showing(Path(folder) / "data") as shown,
    ):
        for path in take(shown, chosen.out, only=frozenset(chosen.names)):
            sys.stdout.write(f"{path}  {path.stat().st_size // 1000} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
