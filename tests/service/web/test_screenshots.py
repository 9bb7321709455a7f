"""Handing in a screenshot of a post by the plain form: what the page says, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from archive.records.people import PersonRecord
from service.access.people import principal_of
from service.access.principal import Principal
from service.installation import Installation
from service.jobs.housekeeping import tidy
from service.settings import Settings
from service.web.quotas import UploadQuota
from tests.service.casework.cases.opened import employ, kinds
from tests.service.casework.moderation.kept import ADVERT, RUDE, THREAT, decided, keep_page
from tests.service.conftest import Time, Town
from tests.service.jobs.following import picture
from tests.service.web.doors import KIND, Doors, form, open_doors, part

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST = 200_000
SCREENSHOT = part("files", picture(), "Skærmbillede.png")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"most_upload_bytes": MOST, "url": None})


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


class Member:
    """One of the page team at the queue."""

    def __init__(self, doors: Doors, name: str) -> None:
        self.doors = doors
        self.person: PersonRecord = employ(
            doors.installation,
            doors.time,
            name,
            "page_team",
            unit=doors.town.centre,
            everywhere=True,
        )
        self.cookie, token = doors.sign_in(self.person)
        self.fields = {"csrf_token": token}
        self.token = part("csrf_token", token.encode())

    @property
    def who(self) -> Principal:
        house = self.doors.installation
        with house.database.reading() as session:
            return principal_of(session, self.person, house.rights, self.doors.time.now)

    def get(self, path: str) -> str:
        answer = self.doors.client.get(path, headers=self.cookie)
        assert answer.status_code == 200
        return answer.text

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.doors.client.post(path, data=self.fields | fields, headers=self.cookie)

    def hand_in(self, post: UUID, *parts: bytes) -> httpx.Response:
        return self.doors.client.post(
            f"/posts/{post}/capture-screenshot",
            content=form(*parts),
            headers=self.cookie | {"Content-Type": KIND},
        )

    def keep(self, *texts: str, pictures: bool = False) -> dict[str, UUID]:
        house, time = self.doors.installation, self.doors.time
        return keep_page(house, time, self.who, texts, pictures=pictures)


@pytest.fixture
def sanne(doors: Doors) -> Member:
    return Member(doors, "Sanne Side")


def strip(page: str) -> str:
    """Return what stands in the strip that says how a post is secured."""
    (found,) = re.findall(r'<p class="v-strip[^>]*>(.*?)</p>', page, re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", found).split())


def test_the_form_stands_only_where_our_own_capture_failed(sanne: Member) -> None:
    bare = sanne.keep(THREAT)[THREAT]
    kept = sanne.keep(RUDE, pictures=True)[RUDE]

    assert f'action="/posts/{bare}/capture-screenshot"' in sanne.get(f"/queue?post={bare}")
    page = sanne.get(f"/queue?post={kept}")
    assert "capture-screenshot" not in page
    assert "Sikret" in strip(page)

    refused = sanne.hand_in(kept, sanne.token, SCREENSHOT)
    assert refused.status_code == 422
    assert "Vores egen sikring af opslaget er hel" in refused.text
    assert [one.kind for one in sanne.doors.rows()] == ["capture", "capture"]


def test_a_screenshot_secures_the_post_and_the_card_says_that_it_was_handed_in(
    sanne: Member,
) -> None:
    post = sanne.keep(THREAT)[THREAT]
    refused = sanne.post(f"/posts/{post}/decision", decision="delete", clause="unlawful")
    assert refused.status_code == 422
    assert "/capture-screenshot" in refused.text

    answer = sanne.hand_in(post, sanne.token, SCREENSHOT)

    assert answer.status_code == 303
    page = sanne.get(answer.headers["location"])
    assert "Opslaget er sikret med skærmbilledet." in page
    assert strip(page).startswith("Sikret · indsendt skærmbillede")
    assert "capture-screenshot" not in page
    shown = sanne.post(f"/posts/{post}/viewing", part="picture")
    assert "http://evidence.example/o/" in shown.text
    done = sanne.post(f"/posts/{post}/decision", decision="delete", clause="unlawful")
    assert done.headers["location"] == "/queue?said=decided"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 a page", "den er ikke et billede"),
        (b"\x89PNG\r\n\x1a\n and nothing", "den kunne ikke åbnes som billede"),
    ],
)
def test_what_does_not_count_is_kept_and_the_page_says_why(
    sanne: Member, content: bytes, said: str
) -> None:
    post = sanne.keep(THREAT)[THREAT]

    answer = sanne.hand_in(post, sanne.token, part("files", content, "fil"))

    page = sanne.get(answer.headers["location"])
    assert said in page
    assert "capture-screenshot" in page
    assert {one.size for one in sanne.doors.rows()} >= {len(content)}
    refused = sanne.post(f"/posts/{post}/decision", decision="delete", clause="unlawful")
    assert refused.status_code == 422


def test_nothing_is_kept_of_a_form_without_one_picture_or_of_another_session(
    doors: Doors, sanne: Member
) -> None:
    post = sanne.keep(THREAT)[THREAT]
    other = Member(doors, "Per Pixel")
    before = kinds(doors.installation)
    none = part("files", b"", "")
    large = part("files", b"\x89PNG\r\n\x1a\n" + b"x" * MOST, "stort.png")

    for status, parts in (
        (422, (sanne.token, none)),
        (422, (sanne.token,)),
        (422, (sanne.token, part("post_id", b"1"), SCREENSHOT)),
        (422, (sanne.token, part("picture", b"x", "a.png"))),
        (422, (sanne.token, SCREENSHOT, SCREENSHOT)),
        (422, (sanne.token, large)),
        (403, (other.token, SCREENSHOT)),
        (403, (SCREENSHOT,)),
        (403, (none,)),
    ):
        answer = sanne.hand_in(post, *parts)
        assert answer.status_code == status, parts[-1][:80]
    assert kinds(doors.installation) == before
    assert [one.kind for one in doors.rows()] == ["capture"]


def test_screenshots_count_as_what_one_hands_in_within_an_hour(doors: Doors, sanne: Member) -> None:
    post = sanne.keep(THREAT)[THREAT]
    settings = doors.installation.settings.model_copy(update={"most_files_per_hour": 1})
    doors.app.state.upload_quota = UploadQuota(settings)

    told = [sanne.hand_in(post, sanne.token, SCREENSHOT) for _ in range(2)]

    assert [one.status_code for one in told] == [303, 429]
    assert int(told[1].headers["retry-after"]) > 0
    assert sorted(one.kind for one in doors.rows()) == ["capture", "screenshot"]


def test_a_drawn_decision_is_in_the_queue_of_the_others_and_answered_there(
    doors: Doors, sanne: Member
) -> None:
    post = sanne.keep(ADVERT, pictures=True)[ADVERT]
    decided(doors.installation, sanne.who, post, doors.time, "delete", clause="irrelevant")
    doors.time.now = doors.time.now.replace(day=8)
    tidy(doors.installation)
    sanne, per = Member(doors, "Sanne Igen Side"), Member(doors, "Per Pixel")

    found = re.search(r'href="(/queue/samples/[^"]+)"', per.get("/queue"))
    assert found is not None
    page = per.get(found[1])
    assert "Sanne Side" in page

    refused = per.post(found[1], answer="disagree")
    assert refused.status_code == 422
    assert "Skriv begrundelsen." in refused.text
    answer = per.post(found[1], answer="agree")
    assert answer.headers["location"] == "/queue?said=looked_agrees"
    assert "/queue/samples/" not in sanne.get("/queue")
