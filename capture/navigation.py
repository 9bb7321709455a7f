"""Going to an address, and telling why it could not be reached."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Error, Page, Request, Response
from playwright.async_api import TimeoutError as Slow

from capture.egress.log import EgressLog
from capture.errors import AddressNotWeb, PageNotReached, RequestRefused

_LONGEST_ADDRESS = 4_000
_FORBIDDEN, _BAD_GATEWAY = 403, 502  # as our proxy answers, `egress.heads`
_NETWORK_ERRORS = {
    "net::ERR_TOO_MANY_REDIRECTS": "redirect_loop",
    "net::ERR_CERT": "certificate",
    "net::ERR_SSL": "certificate",
    "net::ERR_ABORTED": "not_a_page",
    "Download is starting": "not_a_page",
    "Page crashed": "browser_failed",
    "page crashed": "browser_failed",
    "Target crashed": "browser_failed",
}


def check_address(url: str) -> str:
    """The address, if it is one of the web that may be visited.

    Raises:
        AddressNotWeb: another scheme (`file:`), no host, a name and password in it.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressNotWeb("the address cannot be read") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or port == 0:
        raise AddressNotWeb("only http and https addresses are captured")
    if parts.username is not None or parts.password is not None:
        raise AddressNotWeb("the address holds a user name or password")
    if len(url) > _LONGEST_ADDRESS or any(ord(ch) <= 32 for ch in url):  # noqa: PLR2004  # blanks and control signs
        raise AddressNotWeb("the address cannot be read")
    return url


class Journey:
    """The main frame's way from address to address; where it stands and what it was answered."""

    def __init__(self, page: Page, log: EgressLog) -> None:
        self._page, self._log = page, log
        self.last_url: str | None = None
        self.status: int | None = None
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def _on_request(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self.last_url = request.url

    def _on_response(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self.status = response.status

    async def go(self, url: str, *, seconds: float) -> None:
        """Go to the address and wait for its page to load, though not for ever.

        Raises:
            PageNotReached: no answer, or no page.
            RequestRefused: the address, or one that it sent us on to, may not be reached.
        """
        try:
            await self._page.goto(url, wait_until="commit", timeout=seconds * 1000)
        except Slow as error:
            raise PageNotReached("no answer in time", code="no_answer") from error
        except Error as error:
            raise self._explained(url, error) from error
        self.check()
        try:
            await self._page.wait_for_load_state("load", timeout=seconds * 1000)
        except Slow:
            return  # slow parts: what is there by now is what a visitor sees
        except Error as error:
            raise self._explained(url, error) from error

    def check(self) -> None:
        """See that the page now shown did not come from our own proxy.

        Raises:
            PageNotReached: it could not connect.
            RequestRefused: it refused.
        """
        if self.status not in (_FORBIDDEN, _BAD_GATEWAY) or self.last_url is None:
            return
        problem = self._problem_at(self.last_url)
        if problem is not None:
            raise problem

    def _explained(self, url: str, error: Error) -> PageNotReached | RequestRefused:
        problem = self._problem_at(self.last_url or url)
        if problem is not None:
            return problem
        for sign, code in _NETWORK_ERRORS.items():
            if sign in error.message:
                return PageNotReached(sign, code=code)
        return PageNotReached(error.message.splitlines()[0])

    def _problem_at(self, url: str) -> PageNotReached | RequestRefused | None:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        refused = self._log.refusal_of(host, port)
        if refused is not None:
            return RequestRefused(f"not let out to {host}:{port}", code=f"refused_{refused}")
        failed = self._log.failure_of(host, port)
        if failed is not None:
            return PageNotReached(f"{host}:{port} could not be reached", code=failed)
        return None
