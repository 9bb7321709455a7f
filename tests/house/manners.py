"""House rules that no linter knows. `python -m tests.house.manners`.

- no file is called after what could hold anything (`utils.py`, `service.py`);
- what silences a linter or the type checker says why, on its line or the one above;
- nothing is left "to do" in the code, and no test of ours is switched off without a reason.
"""

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.house.lengths import PLACES, ROOT

SHAPELESS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
_SILENCER = re.compile(r"#\s*(?:noqa\b(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)")
_LEFT = re.compile(r"#.*\b(?:TODO|FIXME|XXX)\b")
_REASON = re.compile(r"\w{2,}\W+\w{2,}")


def faults(root: Path = ROOT) -> Iterator[str]:
    """Yield one line for each breach."""
    for place in PLACES:
        for path in sorted((root / place).rglob("*.py")):
            name = path.relative_to(root)
            if path.stem in SHAPELESS or path.name == "service.py":
                yield f"{name}: a name that could hold anything"
            for number, message in breaches(path.read_text("utf-8")):
                yield f"{name}:{number}: {message}"


def breaches(source: str) -> Iterator[tuple[int, str]]:
    """Yield line number and message for each comment that breaks a rule."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    comments = {token.start[0]: token for token in tokens if token.type == tokenize.COMMENT}
    for number, token in comments.items():
        if _LEFT.search(token.string):
            yield number, "work left in the code belongs in an issue"
        rest, silenced = _SILENCER.subn("", token.string)
        if silenced and not (_REASON.search(rest) or _stands_alone(comments.get(number - 1))):
            yield number, "silences a check without its reason in words, here or on the line above"


def _stands_alone(comment: tokenize.TokenInfo | None) -> bool:
    """Say whether a comment has its line to itself and gives a reason."""
    return (
        comment is not None
        and not comment.line[: comment.start[1]].strip()
        and bool(_REASON.search(comment.string))
    )


def main() -> int:
    found = list(faults())
    for line in found:
        print(line)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
