"""Every route, one family a file."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from fastapi import APIRouter

OFTEN: Final = ("api_evidence", "evidence")
"""What is asked for most is looked for first: a request is held against one route after another."""


def every_router() -> Iterator[APIRouter]:
    """Yield the router of each module here: those asked most first, the others by name.

    No path is two routers', so their order says nothing of what answers.
    """
    names = sorted(found.name for found in iter_modules(__path__))
    for name in (*OFTEN, *(one for one in names if one not in OFTEN)):
        router = import_module(f"{__name__}.{name}").router
        if isinstance(router, APIRouter):
            yield router
