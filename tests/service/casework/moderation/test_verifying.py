"""A post counts as preserved only while every sealed byte of its capture is as it was sealed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.moderation.verifying import check_preserved
from service.errors import NotYetCaptured, PostNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import kinds
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import (
    RUDE,
    THREAT,
    answered,
    decided,
    flip_a_byte,
    keep_page,
    lose,
    objects_of_post,
)
from tests.service.conftest import Time

Asks = Callable[[PersonRecord], Principal]
ROLES = ("original", "page", "log", "picture")


@pytest.mark.parametrize("spoil", [flip_a_byte, lose])
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_deleted_while_a_part_of_its_capture_is_damaged_or_missing(
    installation: Installation,
    time: Time,
    asks: Asks,
    team: Team,
    *,
    spoil: Callable[[Installation, object], None],
    role: str,
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]
    before = kinds(installation)
    assert check_preserved(installation, post).whole

    spoil(installation, objects_of_post(installation, post)[role])

    assert not check_preserved(installation, post).whole
    for act in ("delete", "hide"):
        with pytest.raises(NotYetCaptured):
            decided(installation, sanne, post, time, act, clause="unlawful")
    assert kinds(installation) == before
    decided(installation, sanne, post, time, "let_stand", reason="Den kan ikke slettes nu.")


def test_a_capture_damaged_between_proposal_and_approval_stops_the_approval(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]
    decided(installation, sanne, post, time, "delete", clause="unsuitable", reason="Groft.")
    flip_a_byte(installation, objects_of_post(installation, post)["picture"])

    with pytest.raises(NotYetCaptured):
        answered(installation, per, post, time, agrees=True)
    answered(installation, per, post, time, agrees=False, reason="Vi har den ikke hel.")


def test_a_post_that_is_shown_nowhere_has_no_picture_and_is_not_preserved(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]

    assert not check_preserved(installation, post).whole
    with pytest.raises(NotYetCaptured):
        decided(installation, sanne, post, time, "delete", clause="unlawful")


def test_a_post_that_does_not_exist_is_not_found(installation: Installation, team: Team) -> None:
    with pytest.raises(PostNotFound):
        check_preserved(installation, team.sanne.id)
