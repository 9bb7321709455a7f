"""Hostile content is looked at in a real browser, on every screen that shows it: nothing runs.

A server of our own counts whoever comes; each hostile thing would call it if it were alive.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from archive.intake.receive import About, Envelope
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from service.web.evidence_host import make_evidence_host
from tests.service.conftest import Time, Town
from tests.service.web.doors import SECRET, Doors, application_of
from tests.service.web.matrix import browsing
from tests.service.web.on_loopback import on_loopback

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("screens"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
CALLS: list[str] = []


class _Canary(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Note who comes."""
        CALLS.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def canary() -> Iterator[str]:
    CALLS.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Canary) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


def alive(canary: str, where: str) -> str:
    """Return markup that calls the canary wherever markup is taken for what it is."""
    call = f"fetch('{canary}/{where}')"
    return (
        f"\"'><script>{call}</script><img src={canary}/{where}-img onerror={call}>"
        f"<svg onload={call}><iframe src={canary}/{where}-frame></iframe>"
    )


def hostile(canary: str) -> dict[str, bytes]:
    """Return hostile files by name; the last one's name is hostile itself."""
    exif = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B):
        exif[tag] = alive(canary, "exif")
    picture = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(picture, "JPEG", exif=exif)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(alive(canary, "zip").replace("/", "\u2044"), b"x")
    mail = EmailMessage()
    mail["From"] = '"<script>" <kurt@example.org>'
    mail["To"], mail["Subject"] = "arkiv@kommune.example", alive(canary, "subject")
    mail.set_content(alive(canary, "mail-text"))
    mail.add_alternative(f"<html><body>{alive(canary, 'mail')}</body></html>", subtype="html")
    head = f"<html><head><meta http-equiv=refresh content='0;url={canary}/refresh'></head>"
    script = f"app.launchURL('{canary}/pdf');"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"fetch('{canary}/svg')\">"
    style = f"<?xml-stylesheet href='{canary}/xslt' type='text/xsl'?>"
    return {
        "exif.jpg": picture.getvalue(),
        "liste.zip": packed.getvalue(),
        "brev.eml": mail.as_bytes(),
        "side.html": (head + alive(canary, "html")).encode(),
        "tegning.svg": (svg + f"<image href='{canary}/svg-image'/></svg>").encode(),
        "data.xml": f"<?xml version='1.0'?>{style}<a>x</a>".encode(),
        "dok.pdf": _pdf(script),
        f"{alive(canary, 'name')}.txt".replace("/", "\u2044"): alive(canary, "text").encode(),
    }


def _pdf(script: str) -> bytes:
    """Return a PDF of one page that would run a script as it opens."""
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS"
        f"({script.replace('(', chr(92) + '(').replace(')', chr(92) + ')')})>>>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF"
    ).encode()


def test_nothing_of_what_people_handed_in_runs_on_any_screen(
    installation: Installation, town: Town, time: Time, browser: Browser, canary: str
) -> None:
    engine = make_engine(installation)
    host = make_evidence_host(installation, secret=SECRET, web_url="http://127.0.0.1")
    with on_loopback(host) as there:
        elsewhere = there.replace("127.0.0.1", "localhost")
        app = application_of(installation, engine, elsewhere)
        with browsing(app) as client:
            doors = Doors(installation, town, time, app, client, engine)
            files = hostile(canary)
            ids = [_kept(doors, name, content) for name, content in files.items()]
            doors.read_everything()
            cookie, _ = doors.sign_in(town.archivist)
            context = browser.new_context(base_url=str(client.base_url), accept_downloads=True)
            secret = cookie["Cookie"].partition("=")[2]
            context.add_cookies([{"name": COOKIE, "value": secret, "url": str(client.base_url)}])
            page = context.new_page()
            page.set_default_timeout(10_000)
            dialogs: list[str] = []
            page.on("dialog", lambda dialog: dialogs.append(dialog.message))
            shown = sum(_look_at(page, f"/evidence/{one}") for one in ids)
            for path in ("/evidence", "/triage", "/search?q=script", "/search?q=%3Cscript%3E"):
                page.goto(path)
            page.goto("/unchanged")
            name = list(files)[-1]
            page.set_input_files("#files", {"name": name, "mimeType": "", "buffer": files[name]})
            page.get_by_role("button", name="Sammenlign").click()
            expect(page.locator("#answer")).to_contain_text("Ja.")
            assert CALLS == []
            assert dialogs == []
            # Two pictures, a list and four texts were shown; SVG and XML have none to show.
            assert shown >= 7
            page.goto(f"{canary}/control")
            assert "/control" in CALLS
            context.close()
    engine.stop(30)


def _kept(doors: Doors, name: str, content: bytes) -> str:
    about, envelope = About(filename=name, note=name), Envelope("upload", facts={"note": name})
    return str(doors.installation.intake.receive(content, about, envelope, doors.time.now).id)


def _look_at(page: Page, path: str) -> int:
    """Open a page and everything hidden in it, and try to open the original as a page."""
    page.goto(path)
    shown = 0
    for word in ("Vis billedet", "Vis teksten", "Vis listen"):
        button = page.get_by_role("button", name=word)
        if button.count():
            button.first.click()
            shown += 1
            expect(page.locator("[data-revealed]")).to_have_count(shown)
    with (
        page.expect_download() as fetched,
        pytest.raises(PlaywrightError, match="Download is starting"),
    ):
        page.goto(f"{path}/original")
    fetched.value.cancel()
    return shown
