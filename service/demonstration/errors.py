"""What can stop a demonstration."""

from __future__ import annotations

from service.errors import ServiceError


class NotADemonstration(ServiceError):
    """The folder holds something that no demonstration made; it is left alone."""


class DoorRefused(ServiceError):
    """A door of ours answered otherwise than the demonstration expects."""


class NothingCame(ServiceError):
    """What should have followed by itself did not come in time."""


class BundleWrong(ServiceError):
    """The bundle's own checker did not find everything in order."""


class PortTaken(ServiceError):
    """Another program listens where the demonstration would."""
