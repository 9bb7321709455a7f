"""Pictures of posts in a restricted case: to the page team they are shut, earlier links too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archive.errors import EvidenceNotFound
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.restricting import restrict
from service.casework.evidence.originals import object_of
from service.casework.moderation.revealing import reveal_post
from service.errors import PostNotFound
from service.installation import Installation
from service.jobs.reading import READING
from tests.service.casework.cases.opened import open_one
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import THREAT, keep_page
from tests.service.casework.moderation.typing_posts import failed_visit, type_post
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

Asks = Callable[[PersonRecord], Principal]


@pytest.mark.parametrize("typed", [False, True])
def test_a_picture_that_was_shown_is_open_no_longer_than_its_case(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    team: Team,
    *,
    typed: bool,
) -> None:
    number = open_one(installation, town, time)
    leader, sanne = asks(town.leader), asks(team.sanne)
    if typed:
        visit = failed_visit(installation, time, leader, case=number)
        post = type_post(installation, time, sanne, visit=visit).post_id
        work_off(installation, READING)
        sanne = asks(team.per)  # to whoever typed it the screenshot stays their own
    else:
        post = keep_page(installation, time, leader, [THREAT], case=number)[THREAT]
    shown = reveal_post(installation, sanne, post, time.now, "picture")

    def opened() -> str:
        with installation.database.reading() as session:
            evidence, name = shown.evidence_id, shown.picture_name or ""
            vault = installation.vault
            stored, _key = object_of(
                session, vault, sanne, evidence_id=evidence, name=name, now=time.now
            )
            return stored.name

    assert opened() == shown.picture_name
    with installation.database.writing() as session:
        restrict(session, leader, number, restricted=True, reason="Part.", now=time.now)
    with pytest.raises(PostNotFound):
        reveal_post(installation, sanne, post, time.now, "picture")
    with pytest.raises(EvidenceNotFound):
        opened()
