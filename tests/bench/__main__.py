"""`python -m tests.bench [NAME …]`: all benchmarks or those named; 1 where a bar is missed."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

from tests import bench
from tests.bench.figures import Figure


def main(wanted: list[str]) -> int:
    """Run the modules that have a `run`, and print their figures as they come."""
    names = sorted(one.name for one in iter_modules(bench.__path__) if not one.name.startswith("_"))
    figures: list[Figure] = []
    for name in names:
        run = getattr(import_module(f"tests.bench.{name}"), "run", None)
        if run is None or (wanted and name not in wanted):
            continue
        print(f"— {name}", flush=True)
        for figure in run() or ():
            print(figure.line(), flush=True)
            figures.append(figure)
    missed = [one for one in figures if not one.ok]
    print(f"{len(figures)} figures, {len(missed)} below their bar")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
