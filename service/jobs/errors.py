"""What can go wrong between a worker and the row it works on."""

from service.errors import ServiceError


class FenceMoved(ServiceError):
    """Another worker has claimed the row since; this one's result is refused."""


class TryLater(ServiceError):
    """The work could not be done now; `code` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
