"""What browsers are told with every answer, and what nobody can say of themselves in a header."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.application import make_application
from service.web.evidence_host import make_evidence_host
from tests.service.casework.cases.opened import employ
from tests.service.conftest import Time, Town
from tests.service.web.doors import SECRET
from tests.service.web.matrix import browsing, send
from tests.service.web.world import World

# No database is asked for any of it: another kind would show no more.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ALWAYS = {
    "x-content-type-options": {"nosniff"},
    "cross-origin-opener-policy": {"same-origin"},
    "cross-origin-resource-policy": {"same-origin"},
    # No other site is told where somebody comes from. To us it is: with `no-referrer` a form's
    # `Origin` would be "null", and could not be told from another site's (Fetch Standard).
    "referrer-policy": {"same-origin", "no-referrer"},
    "x-frame-options": {"DENY"},
}
IDENTITIES = (
    "Remote-User",
    "X-Remote-User",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Preferred-Username",
    "X-Auth-Request-Email",
    "X-MS-Client-Principal-Name",
    "X-SSL-Client-S-DN",
)
"""By which proxies that sign people in say who it is. We ask the provider ourselves."""


def lacking(answer: httpx.Response) -> list[str]:
    """Return what an answer does not tell a browser."""
    found = [name for name, right in ALWAYS.items() if answer.headers.get(name) not in right]
    policy = answer.headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        found.append(f"policy {policy!r}")
    if answer.headers.get("content-type", "").startswith("text/html"):
        rules = policy.split("; ")
        wanted = ("require-trusted-types-for 'script'", "frame-ancestors 'none'", "base-uri 'none'")
        found += [one for one in wanted if one not in rules]
    return found


def test_every_answer_tells_the_browser_what_it_may_not_do(world: World) -> None:
    who = world.employ("Alva Alt", *world.installation.rights.roles, everywhere=True)
    session = world.session_of(who)
    wrong, pages = [], 0
    for call in world.calls:
        if call.method != "GET":
            continue
        answer = send(world.client, call, session=session)
        pages += answer.headers.get("content-type", "").startswith("text/html")
        wrong += [f"{call}: {answer.status_code}: {what}" for what in lacking(answer)]
    wrong += [f"/sign-in: {what}" for what in lacking(world.client.get("/sign-in"))]
    cookie = {"Cookie": f"vaern_session={session[0]}"}
    for method, path in (
        ("GET", "/no-such-place"),
        ("GET", "/%00"),
        ("DELETE", "/cases"),
        ("POST", "/sign-out"),
        ("GET", "/static/vaern.css"),
        ("GET", "/static/no-such-file"),
        ("GET", "/api/openapi.json"),
    ):
        answer = world.client.request(method, path, headers=cookie)
        wrong += [f"{method} {path}: {answer.status_code}: {what}" for what in lacking(answer)]
    assert "\n".join(wrong) == ""
    assert pages > 40


@pytest.mark.parametrize(
    ("url", "said"), [("https://v.example", True), ("http://v.example", False)]
)
def test_a_browser_is_told_to_keep_to_tls_where_our_address_says_so_and_by_nobody_else(
    installation: Installation, url: str, *, said: bool
) -> None:
    settings = installation.settings.model_copy(update={"url": url})
    house = replace(installation, settings=settings)
    engine = make_engine(house)
    web = make_application(house, engine, evidence_url="http://evidence.example", secret=SECRET)
    host = make_evidence_host(house, secret=SECRET, web_url=url)
    for app in (web, host):
        with browsing(app) as client:
            for path in ("/sign-in", "/no-such-place"):
                answer = client.get(path, headers={"X-Forwarded-Proto": "https"})
                stated = answer.headers.get("strict-transport-security", "")
                assert ("max-age=31536000" in stated) is said, (path, stated)
    engine.stop(5)


def test_nobody_is_somebody_because_a_header_says_so_not_even_behind_our_own_proxy(
    installation: Installation, town: Town, time: Time
) -> None:
    drift = employ(installation, time, "Dorte Drift", "operator", unit=town.centre, everywhere=True)
    assert drift.email is not None
    settings = installation.settings.model_copy(update={"proxies": ("127.0.0.1/32", "::1/128")})
    house = replace(installation, settings=settings)
    engine = make_engine(house)
    web = make_application(house, engine, evidence_url="http://evidence.example", secret=SECRET)
    with browsing(web) as client:
        for name in IDENTITIES:
            answer = client.get("/operations", headers={name: drift.email})
            assert answer.status_code == 303, name
            assert answer.headers["location"].startswith("/sign-in"), name
        told = dict.fromkeys(IDENTITIES, drift.email)
        assert client.get("/api/v1/evidence", headers=told).status_code == 401
    engine.stop(5)
