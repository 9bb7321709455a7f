"""The procedures that come with Værn, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources

from service.procedure.model import Procedure
from service.procedure.reading import load_procedure

_FOLDER = resources.files("service.procedure").joinpath("shipped")
_ENDING = ".toml"


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped procedures, in order."""
    files = (one.name for one in _FOLDER.iterdir())
    return tuple(sorted(one.removesuffix(_ENDING) for one in files if one.endswith(_ENDING)))


@cache
def shipped_procedure(name: str) -> Procedure:
    """Return a procedure that comes with Værn; raises `FileNotFoundError` for an unknown one."""
    return load_procedure(_FOLDER.joinpath(f"{name}{_ENDING}").read_text("utf-8"))
