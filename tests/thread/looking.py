"""One person's browser: signs in, acts at one width, judges each screen, and keeps complaints."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from tests.thread.house import PASSWORD, ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
_DOORS: set[str] = set()
"""The services whose sign-in page has been judged: it is the same for everybody."""


class Looking:
    """A signed-in person at a screen of one size, and what their browser complained about.

    At a desk each screen is judged at both widths by axe too; on a phone only whether it fits,
    since the same screens have been judged already.
    """

    def __init__(
        self, browser: Browser, http: str, email: str, size: ViewportSize = DESKTOP
    ) -> None:
        self.http = http
        self._size = size
        self.complaints: list[str] = []
        self._context = browser.new_context(base_url=http, viewport=size, locale="da-DK")
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", lambda said: self._said(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._sign_in(email)

    def close(self) -> None:
        """Close the browser's window; raises where it had complained."""
        self._context.close()
        assert self.complaints == []

    def open(self, path: str) -> Page:
        """Open a screen and judge it."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        self.judge(path)
        return self.page

    def judge(self, name: str) -> None:
        """See that the screen fits and, at a desk, that axe finds nothing, wide and narrow."""
        if self._size != DESKTOP:
            self._fits(name, self._size)
            return
        self.page.evaluate(AXE)
        for size in (PHONE, DESKTOP):
            self.page.set_viewport_size(size)
            self._fits(name, size)
            found: dict[str, Any] = self.page.evaluate(
                "() => axe.run(document, {resultTypes: ['violations']})"
            )
            broken = [
                f"{rule['id']}: {node['html'][:120]}"
                for rule in found["violations"]
                for node in rule["nodes"]
            ]
            assert broken == [], f"{name} at {size['width']} px"

    def _fits(self, name: str, size: ViewportSize) -> None:
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} scrolls sideways at {size['width']} px"

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form of this session past the screen, as a hurried browser might."""
        token = self.page.locator("input[name=csrf_token]").first.get_attribute("value")
        answer = self.page.request.post(
            path,
            form={"csrf_token": token or "", **fields},
            headers={"Origin": self.http},
            max_redirects=0,
        )
        return answer.status, answer.text()

    def _sign_in(self, email: str) -> None:
        self.page.goto("/")
        assert "/sign-in" in self.page.url
        if self.http not in _DOORS:
            self.judge("/sign-in")
            _DOORS.add(self.http)
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form[action='/sign-in'] button").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.judge("/")

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")
