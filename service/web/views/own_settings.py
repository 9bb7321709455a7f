"""One's own settings."""

from dataclasses import dataclass

from service.casework.own_settings import Pictures


@dataclass(frozen=True, slots=True)
class OwnSettingsView:
    """`own_settings.html`: what is chosen now."""

    language: str
    pictures: Pictures
