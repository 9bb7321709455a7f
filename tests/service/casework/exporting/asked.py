"""A bundle that somebody has asked for, by the ways that the product goes."""

from uuid import UUID

from service.access.principal import Principal
from service.casework.exporting.asking import ask_for_export, case_to_hand_over
from service.installation import Installation
from tests.service.conftest import Time

RECIPIENT = "Midt- og Vestsjællands Politi"


def asked_for(
    installation: Installation,
    who: Principal,
    number: str,
    time: Time,
    *,
    redacted: bool = False,
    part_size: int | None = None,
    only_booklet: bool = False,
    attached: bool = False,
    purpose: str = "Anmeldelse af trussel",
    recipient: str = RECIPIENT,
) -> UUID:
    """Ask for a bundle of everything in a case."""
    with installation.database.writing() as session:
        _, pieces = case_to_hand_over(session, who, number, time.now)
        return ask_for_export(
            session,
            who,
            number,
            [one.id for one in pieces],
            recipient=recipient,
            purpose=purpose,
            now=time.now,
            redacted=redacted,
            part_size=part_size,
            only_booklet=only_booklet,
            attached=attached,
        ).id
