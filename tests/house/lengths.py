"""File lengths: 250 lines asked, 400 the limit. `python -m tests.house.lengths`.

Migrations and generated files (which say `@generated` at their top) are left out.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("service", "capture", "moderation", "archive", "tests")
ENDINGS = {".py", ".js", ".css", ".html"}
ASKED, LIMIT = 250, 400


def source_files(root: Path = ROOT) -> Iterator[Path]:
    """Yield the files whose length counts, in order."""
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            if path.suffix in ENDINGS and path.is_file() and not _is_exempt(path, root):
                yield path


def _is_exempt(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    if "migrations" in parts or "node_modules" in parts:
        return True
    with path.open(encoding="utf-8") as lines:
        return any("@generated" in line for line, _ in zip(lines, range(3), strict=False))


def length(path: Path) -> int:
    """Return the file's lines."""
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def over(asked: int, root: Path = ROOT) -> list[tuple[int, str]]:
    """Return length and name of the files longer than asked, the longest first."""
    lengths = ((length(path), str(path.relative_to(root))) for path in source_files(root))
    return sorted((entry for entry in lengths if entry[0] > asked), reverse=True)


def main() -> int:
    """List what is long; 1 where a file is over the limit."""
    long = over(ASKED)
    for lines, name in long:
        print(f"{lines:5} {name}{'  REFUSED: over ' + str(LIMIT) if lines > LIMIT else ''}")
    return int(any(lines > LIMIT for lines, _ in long))


if __name__ == "__main__":
    sys.exit(main())
