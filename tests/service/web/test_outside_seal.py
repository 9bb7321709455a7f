"""What people are told of seals outside: on Drift, in a receipt's proof, to whoever watches."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.ledger.stamps import Expected, judge
from archive.records.ledger import OutsideKind
from service.authorities import Authority as Named
from service.casework.operations.outside import Holder
from service.casework.operations.outside_standing import (
    HolderStanding,
    LastSeal,
    Seal,
    Standing,
)
from service.installation import Installation
from service.web.screens.outside import outside_view, seal_light, seal_sentence
from service.web.views.operations import LightState
from tests.archive.answering import serving
from tests.archive.authority import found
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, Doors, digests, open_doors

AT = datetime(2027, 2, 1, 13, 0, tzinfo=UTC)
NOW = AT + timedelta(minutes=20)
TSA = Holder(OutsideKind.TIMESTAMP, "https://tsa.example/tsr")
WITNESS = Holder(OutsideKind.WITNESS, "vidne@nabo.example")


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (
            LastSeal(9, AT, authorities=2, witnesses=0, stores=0),
            "Forseglet udefra i dag kl. 14.00 af to tidsstempelmyndigheder.",
        ),
        (
            LastSeal(9, AT, authorities=0, witnesses=2, stores=1),
            "Forseglet udefra i dag kl. 14.00 af to vidner og ét lager et andet sted.",
        ),
        (
            LastSeal(9, AT, authorities=0, witnesses=12, stores=0),
            "Forseglet udefra i dag kl. 14.00 af 12 vidner.",
        ),
        (
            None,
            "Endnu ikke forseglet udefra: Loggen kan skrives om, uden at det kan bevises.",
        ),
    ],
)
def test_one_sentence_says_when_and_by_whom(last: LastSeal | None, sentence: str) -> None:
    assert seal_sentence(Standing(Seal.SEALED, last, ()), "da", NOW) == sentence


@pytest.mark.parametrize(
    ("seal", "holder", "state", "cause"),
    [
        (Seal.OFF, None, LightState.OFF, "Der er ikke valgt nogen uden for huset"),
        (Seal.NONE_YET, HolderStanding(TSA), LightState.AMBER, "ikke forseglet noget endnu"),
        (Seal.SEALED, HolderStanding(TSA, 9, AT), LightState.GREEN, ""),
        (
            Seal.SEALED,
            HolderStanding(TSA, 9, AT, code="refused_not_pinned"),
            LightState.AMBER,
            "Tidsstempel fra tsa.example: Certifikatet er ikke det",
        ),
        (
            Seal.LATE,
            HolderStanding(TSA, None, None, "http_503", AT - timedelta(hours=3)),
            LightState.STOPPED,
            "siden i dag kl. 11.00, er ikke forseglet udefra",
        ),
        (
            Seal.CONTRADICTED,
            HolderStanding(TSA, None, None, "contradicted"),
            LightState.STOPPED,
            "der ikke passer til dette arkiv",
        ),
    ],
)
def test_the_light_has_a_cause_and_one_act(
    seal: Seal, holder: HolderStanding | None, state: LightState, cause: str
) -> None:
    how = Standing(seal, None, (holder,) if holder else ())

    light = seal_light(how, "da", NOW)

    assert light.state is state
    assert cause in (light.cause or "")
    assert bool(light.act_url) is (state in (LightState.AMBER, LightState.STOPPED))


def test_a_witness_is_named_by_its_house_only() -> None:
    view = outside_view(
        Standing(Seal.SEALED, None, (HolderStanding(WITNESS, code="mail_550"),)), "da", NOW
    )

    assert [(one.name, one.trouble) for one in view.holders] == [
        ("Vidne hos nabo.example", "Mailen kunne ikke sendes.")
    ]


@pytest.fixture
def real_time(time: Time) -> Time:
    """Authorities have a clock of their own, which is the real one."""
    time.now = datetime.now(UTC)
    return time


@pytest.fixture
def sealed_doors(
    real_time: Time, installation: Installation, town: Town, tmp_path: Path
) -> Iterator[Doors]:
    """The doors of a house with one authority of its own."""
    authority = found(tmp_path / "authority")
    (tmp_path / "pins.pem").write_text("".join(authority.pins), "ascii")
    with serving(authority) as url:
        named = Named(url=url, certificates=(tmp_path / "pins.pem",))
        settings = installation.settings.model_copy(update={"tsa": (named,)})
        with open_doors(replace(installation, settings=settings), town, real_time) as doors:
            yield doors


def test_who_runs_it_seals_at_once_and_the_receipt_shows_it(sealed_doors: Doors) -> None:
    doors = sealed_doors
    cookie, form_token = doors.sign_in(doors.town.archivist)
    (one,) = _handed_in(doors)
    doors.read_everything()  # what is read afterwards would be news again
    assert "Endnu ikke forseglet udefra" in doors.client.get("/operations", headers=cookie).text
    assert doors.client.get("/readyz").json()["outside_seal"] == "none_yet"

    answers = []
    for _ in range(2):
        answers.append(
            doors.client.post("/operations/seal", headers=cookie, data={"csrf_token": form_token})
        )
        doors.engine.sweep()
        assert doors.engine.rest(60)

    assert [answer.headers["location"] for answer in answers] == [
        "/operations?said=seal_sent",
        "/operations?said=seal_nothing_new",
    ]
    assert "Forseglet udefra i dag" in doors.client.get("/operations", headers=cookie).text
    assert doors.client.get("/readyz").json()["outside_seal"] == "sealed"
    page = doors.client.get(f"/evidence/{one['id']}", headers=cookie).text
    assert "Tidsstempel fra 127.0.0.1" in page
    proof = doors.client.get(f"{API}/{one['id']}/proof", headers=doors.token()).json()
    (outside,) = proof["outside"]
    token = base64.b64decode(outside["token"])
    stamp = judge(token, Expected(outside["note"].encode(), tuple(outside["certificates"])))
    assert datetime.fromisoformat(outside["made_at"]) == stamp.made_at
    assert outside["size"] > proof["position"]


def _handed_in(doors: Doors) -> list[dict[str, Any]]:
    answer = doors.client.post(
        API, headers=doors.token(), files={"files": ("trussel.txt", b"en trussel")}
    )
    handed_in: list[dict[str, Any]] = answer.json()["evidence"]
    assert [one["sha256"] for one in handed_in] == digests([b"en trussel"])
    return handed_in


def test_an_employee_cannot_seal(sealed_doors: Doors) -> None:
    cookie, form_token = sealed_doors.sign_in(sealed_doors.town.anna)

    answer = sealed_doors.client.post(
        "/operations/seal", headers=cookie, data={"csrf_token": form_token}
    )

    assert answer.status_code == 403


def test_late_is_degraded_and_still_ready(
    installation: Installation, town: Town, time: Time, tmp_path: Path
) -> None:
    gone = Named(url="http://127.0.0.1:9/", certificates=(tmp_path / "none.pem",))
    settings = installation.settings.model_copy(update={"tsa": (gone,), "outside_minutes": 1})
    with open_doors(replace(installation, settings=settings), town, time) as doors:
        cookie, form_token = doors.sign_in(doors.town.archivist)
        doors.client.post("/operations/seal", headers=cookie, data={"csrf_token": form_token})
        assert "degraded" not in doors.client.get("/readyz").json()
        time.pass_by(timedelta(minutes=5))

        told = doors.client.get("/readyz").json()

        assert (told["outside_seal"], told["degraded"]) == ("late", ["outside_seal"])
        page = doors.client.get("/operations", headers=cookie).text
        assert "er ikke forseglet udefra" in page
