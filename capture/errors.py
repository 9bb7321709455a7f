"""What can go wrong while a page is captured, each a fact with a stable code.

A code is what `capture.json` shows as `reason` and what the interface translates.
"""


class CaptureError(Exception):
    """A page could not be captured."""

    code = "capture_failed"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class AddressNotWeb(CaptureError):
    """Only http and https addresses without a password in them are captured."""

    code = "address_not_web"


class BrowserNotFound(CaptureError):
    """No Chromium was found on this machine."""

    code = "browser_not_found"


class BrowserFailed(CaptureError):
    """The browser did not start, or ended in the middle of a visit."""

    code = "browser_failed"


class PageNotReached(CaptureError):
    """The address did not answer, or what it answered is not a page."""

    code = "not_reached"


class TimeLimitReached(CaptureError):
    """The visit was ended by its time limit; the browser was killed."""

    code = "time_limit"


class PageNeverStill(CaptureError):
    """The page kept moving to other addresses, so that nothing could be read from it."""

    code = "never_still"


class PictureUnreadable(CaptureError):
    """The browser's own picture of the page is empty or not of the size that was asked for."""

    code = "picture_unreadable"


class RequestRefused(CaptureError):
    """The egress proxy does not carry a request out; `code` says why."""

    code = "refused"
