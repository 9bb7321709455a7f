"""The joined program run in this process, for tests that run it hundreds of times."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from archive.export.joined import check_program
from tests.archive.export.bundles import Answer


class Inside:
    """The program as it travels, loaded from its text and nothing else."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "check", "__file__": "/nowhere/check.py"}
        exec(compile(check_program(), "check.py", "exec"), self.names)  # noqa: S102 — the very program that travels

    def run(self, *arguments: str) -> Answer:
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            code = self.names["main"](list(arguments))
        return Answer(code, told.getvalue())
