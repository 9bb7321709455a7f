"""The procedures that come with Værn, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources

from service.procedure.model import Procedure
from service.procedure.reading import load_procedure


@cache
def shipped_procedure(name: str) -> Procedure:
    """Return a procedure that comes with Værn; raises `FileNotFoundError` for an unknown one."""
    folder = resources.files("service.procedure").joinpath("shipped")
    return load_procedure(folder.joinpath(f"{name}.toml").read_text("utf-8"))
