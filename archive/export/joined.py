"""`check.py` as it travels in a bundle: the checker's files laid end to end, always the same bytes.

Only what joins the parts is taken away: their imports of one another, and the
standard library's, which stand once at the top.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import resources

ORDER = (
    "findings",
    "ed25519",
    "tree",
    "notes",
    "folder",
    "entries",
    "items",
    "heads",
    "der",
    "signatures",
    "certificates",
    "stamps",
    "program",
)
_PACKAGE = "archive.export.checker"
_HEAD = '''#!/usr/bin/env python3
"""Kontrollerer en bevispakke fra Værn, uden net og uden andet end Python 3.8 eller nyere.

Checks an evidence bundle of Værn, offline, with nothing but Python 3.8 or later:

    python3 check.py [FOLDER]

0: everything was checked and holds. 1: something does not fit, and is named.
3: something could not be checked, and is named.
"""

from __future__ import annotations

'''


class PartsClash(ValueError):
    """Two parts of the checker use one name at the top."""


@cache
def check_program() -> bytes:
    """Return the text of `check.py`."""
    imports: set[str] = set()
    names: set[str] = set()
    bodies: list[str] = []
    for part in ORDER:
        text = resources.files(_PACKAGE).joinpath(f"{part}.py").read_text("utf-8")
        bodies.append(_body(text, imports, names))
    return (_HEAD + "\n".join(sorted(imports)) + "\n\n" + "\n\n".join(bodies)).encode()


def _body(text: str, imports: set[str], names: set[str]) -> str:
    """Return a part without its imports, its docstring as a comment."""
    lines = text.splitlines()
    tree = ast.parse(text, feature_version=(3, 8))
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            statement = ast.unparse(node)
            if not statement.startswith((f"from {_PACKAGE}.", "from __future__")):
                imports.add(statement)
            _blank(lines, node)
        else:
            _take_names(node, names)
    title = (ast.get_docstring(tree) or "").splitlines()
    _blank(lines, tree.body[0])
    comment = "\n".join(f"# {line}".rstrip() for line in title)
    return comment + "\n\n\n" + "\n".join(lines).strip("\n") + "\n"


def _blank(lines: list[str], node: ast.stmt) -> None:
    for number in range(node.lineno - 1, node.end_lineno or node.lineno):
        lines[number] = ""


def _take_names(node: ast.stmt, names: set[str]) -> None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        found = [node.name]
    elif isinstance(node, ast.Assign):
        found = [
            one.id
            for target in node.targets
            for one in ast.walk(target)
            if isinstance(one, ast.Name)
        ]
    else:
        found = []
    for name in found:
        if name in names:
            raise PartsClash(name)
        names.add(name)
