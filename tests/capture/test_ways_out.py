"""A page in a real browser tries every way to this machine; a canary on loopback counts nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from capture.browser.find import NAMES
from capture.report import CaptureReport
from capture.visit import capture_to_memory
from tests.capture.canary import open_canary
from tests.capture.site import PAGES, Answer, Site
from tests.capture.visiting import Now, document, settings, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

INSTALLED = [Path(found) for found in map(shutil.which, NAMES) if found]


def failed(report: CaptureReport) -> tuple[str, str | None]:
    return report.status, report.reason


@pytest.mark.parametrize("browser", INSTALLED, ids=lambda path: path.name)
def test_no_way_out_of_a_page_reaches_this_machine(browser: Path, site: Site, now: Now) -> None:
    with open_canary() as canary:
        attack = (PAGES / "attack.html").read_text().replace("PORT", str(canary.port))
        site.answers["/"] = Answer(attack.encode(), headers={"Content-Type": "text/html"})
        site.answers["/over"] = Answer.redirect(f"http://127.0.0.1:{canary.port}/over")
        report, files = visit(
            site, "/", now, settings=settings(settle_seconds=1.5, executable=browser)
        )
        assert canary.hits() == []
    assert document(files)["title"].startswith("ice ")
    tried = {entry["host"] for entry in document(files)["refused"] if entry["port"] == canary.port}
    assert {"127.0.0.1", "::1", "localhost", "::ffff:7f00:1"} <= tried
    assert {entry.method for entry in report.refused} >= {"GET", "POST", "CONNECT"}
    assert sum(entry.port == canary.port for entry in report.refused) >= 20
    assert "/sw.js" not in site.asked
    assert b"root:" not in b"".join(files.values())


@pytest.mark.parametrize("hops", [1, 2])
def test_a_redirect_of_the_page_to_this_machine_is_refused(hops: int, site: Site, now: Now) -> None:
    with open_canary() as canary:
        target = f"http://127.0.0.1:{canary.port}/"
        site.answers["/"] = Answer.redirect(target if hops == 1 else "/second")
        site.answers["/second"] = Answer.redirect(target)
        report, files = visit(site, "/", now)
        assert canary.hits() == []
    assert failed(report) == ("failed", "refused_port")
    assert document(files)["final_url"] == target


def test_a_page_that_moves_on_to_this_machine_is_refused(site: Site, now: Now) -> None:
    with open_canary() as canary:
        site.answers["/"] = Answer.page(
            f"<p>vent</p><script>location = 'http://127.0.0.1:{canary.port}/'</script>"
        )
        report, _ = visit(site, "/", now)
        assert canary.hits() == []
    assert failed(report) == ("failed", "refused_port")


def test_our_own_listener_is_refused_though_it_is_listed(site: Site, now: Now) -> None:
    report, _ = visit(site, "/", now, refuse=[site.place])
    assert failed(report) == ("failed", "refused_own_listener")
    assert site.asked == []


def test_a_site_that_is_not_listed_is_refused(now: Now) -> None:
    with open_canary() as canary:
        report, _ = capture_to_memory(f"http://127.0.0.1:{canary.port}/", now=now)
        assert canary.hits() == []
    assert failed(report) == ("failed", "refused_port")
