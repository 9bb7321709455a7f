"""Every route, one family a file."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter


def every_router() -> Iterator[APIRouter]:
    """Yield the router of each module here, by name."""
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        router = import_module(f"{__name__}.{module.name}").router
        if isinstance(router, APIRouter):
            yield router
