"""How much one person or program may hand in within an hour, and what else it may ask for."""

from __future__ import annotations

import time

from fastapi import Request
from fastapi.routing import APIRoute

from archive.intake.quota import HourlyQuota
from service.access.principal import Principal
from service.errors import ParameterUnknown, QuotaReached
from service.settings import Settings


class UploadQuota:
    """What each person and program has handed in by upload, in one process."""

    def __init__(self, settings: Settings) -> None:
        self._files = HourlyQuota(settings.most_files_per_hour, settings.most_bytes_per_hour)

    def require(self, who: Principal, coming: int) -> None:
        """Raise `QuotaReached` where `coming` bytes more are too much within the hour."""
        if seconds := self._files.wait(who.actor, time.monotonic(), coming):
            raise QuotaReached(seconds)

    def took(self, who: Principal, files: int, size: int) -> None:
        """Count what was kept."""
        if files:
            self._files.take(who.actor, time.monotonic(), size, files)


def require_known_parameters(request: Request) -> None:
    """Raise `ParameterUnknown` for a query parameter that the route does not know, or has twice.

    A misspelt filter that is passed over answers another question than was asked.
    """
    route = request.scope.get("route")
    if not request.scope["query_string"] or not isinstance(route, APIRoute):
        return
    known = {one.alias for one in route.dependant.query_params}
    names = [name for name, _ in request.query_params.multi_items()]
    wrong = [name for name in dict.fromkeys(names) if name not in known or names.count(name) > 1]
    if wrong:
        raise ParameterUnknown(tuple(name[:60] for name in wrong[:10]))
