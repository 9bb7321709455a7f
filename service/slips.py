"""Slips of the pen in settings, told before they cost something.

A misspelt name would leave a receipt without the duty number; a procedure or a file of rules that
does not exist would only be met by the job that opens the first case or judges the first post.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from moderation.errors import ModerationError
from service.casework.moderation.judging import engine_for
from service.errors import ServiceError
from service.procedure.shipping import shipped_procedure
from service.settings import Settings

_PREFIX = "VAERN_"
_NOT_SETTINGS = frozenset(
    {"VAERN_BROWSER", "VAERN_BENCH_SHOTS", "VAERN_DATABASE_PASSWORD", "VAERN_FAULTS"}
)
"""Read by something else: the browser's finder, the benches, the compose file, the fault points."""


class SettingUnusable(ServiceError):
    """A setting names what does not exist, or what cannot be read."""


def unheeded(names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield each of `names` that looks like a setting and is none, with the one that was meant."""
    known = [_PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(names):
        if name.startswith(_PREFIX) and name not in _NOT_SETTINGS and name not in known:
            yield name, next(iter(get_close_matches(name, known, n=1)), None)


def refuse_unusable(settings: Settings) -> None:
    """Raise `SettingUnusable` where a setting names what is not there or cannot be read."""
    try:
        shipped_procedure(settings.procedure)
    except FileNotFoundError as unknown:
        raise SettingUnusable(
            f"VAERN_PROCEDURE={settings.procedure}: no procedure of that name comes with us"
        ) from unknown
    if settings.rules_file is not None:
        try:
            engine_for((), settings.rules_file.read_text("utf-8"))
        except (OSError, UnicodeError, ModerationError) as wrong:
            raise SettingUnusable(f"VAERN_RULES_FILE={settings.rules_file}: {wrong}") from wrong
