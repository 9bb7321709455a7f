"""Whether there is a provider at all; what speaks with it is loaded only where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.settings import Settings

if TYPE_CHECKING:
    from service.access.oidc.provider import Provider


def provider_of(settings: Settings) -> Provider | None:
    """Return the municipality's provider, if one is set."""
    if not settings.signs_in_by_provider:
        return None
    from service.access.oidc.provider import Provider

    return Provider(settings)
