"""The posts that stand, as rules are tried on them: each once, with what people decided."""

from __future__ import annotations

from collections.abc import Callable

from archive.records.people import PersonRecord
from moderation.backtest import Judged
from service.access.principal import Principal
from service.casework.moderation.judging import judge_posts, own_contacts
from service.casework.moderation.stored import count_posts, stored_posts
from service.installation import Installation
from service.settings import Settings
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import (
    ADVERT,
    INSULT,
    NICE,
    RUDE,
    decided,
    keep_page,
)
from tests.service.conftest import Time

Asks = Callable[[PersonRecord], Principal]


def test_a_post_seen_twice_is_tried_once_and_judged_by_the_latest_that_holds(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    posts = keep_page(installation, time, sanne, [ADVERT, RUDE, NICE, INSULT])
    keep_page(installation, time, sanne, [NICE, INSULT])
    decided(installation, sanne, posts[ADVERT], time, "delete", clause="irrelevant")
    # A "may" awaits its second person, so nobody has judged it yet.
    decided(installation, sanne, posts[RUDE], time, "delete", clause="unsuitable", reason="Groft.")
    decided(installation, sanne, posts[NICE], time, "let_stand", reason="Fint.")

    with installation.database.reading() as session:
        found = [judged for batch in stored_posts(session) for judged in batch]
        assert count_posts(session) == 6

    def of(text: str) -> list[Judged]:
        return [judged for judged in found if judged.post.text == text]

    assert [judged.broken for judged in of(ADVERT)] == [frozenset(("irrelevant",))]
    assert [judged.broken for judged in of(RUDE)] == [None]
    assert [judged.broken for judged in of(INSULT)] == [None]
    assert frozenset() in [judged.broken for judged in of(NICE)]


def test_the_numbers_and_mail_of_the_municipality_are_no_personal_data(
    installation: Installation,
) -> None:
    settings = Settings(
        contact_phone="+45 43 57 70 70",
        workplace_domains=("solby.dk",),
        archive_address="vaern@arkiv.solby.dk",
    )

    own = own_contacts(settings)

    assert "43577070" in own.phones
    assert own.mail_domains >= {"solby.dk", "arkiv.solby.dk"}
    first, again = (
        judge_posts(installation, [("1", "Skriv til jens@gmail.com", None)])["1"] for _ in range(2)
    )
    assert [f.clause for f in first.findings] == ["personal-information"]
    assert first.rules == again.rules
