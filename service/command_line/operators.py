"""`operator`: the sealed account, for the day when nobody can sign in in any other way."""

from __future__ import annotations

import click

from service.access.sealed_account import seal_account, sealed_standing
from service.command_line.printing import moment, print_json
from service.installation import opened
from service.settings import Settings
from service.web.wording import gettext_of

_ACTOR = "system"


@click.group()
def operator() -> None:
    """The account of the worst day, whose secret lies on paper in a safe."""


@operator.command("seal")
def seal() -> None:
    """Make the sealed account's secret anew and print it, and nothing else; it is not shown again.

    Lay it on paper in the safe. It opens once, at /sign-in/sealed; each use is told at once to
    everybody who runs the service and to the lawyers. Whoever has the account open is signed out.
    """
    with opened(Settings()) as house, house.database.writing() as session:
        name = gettext_of(house.settings.document_language)("The sealed account")
        secret = seal_account(session, name, house.clock.now(), actor=_ACTOR)
    click.echo(secret)


@operator.command("sealed")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def sealed(*, as_json: bool) -> None:
    """Print since when the paper lies in the safe, and whether it was used."""
    with opened(Settings()) as house, house.database.reading() as session:
        found = sealed_standing(session)
    if as_json:
        print_json(
            {
                "made_at": moment(found.made_at) if found else None,
                "opened_at": moment(found.opened_at) if found else None,
            }
        )
    elif found is None:
        click.echo("There is no sealed account.")
    else:
        opened_at = f"opened {moment(found.opened_at)}" if found.opened_at else "not used"
        click.echo(f"made {moment(found.made_at)}, {opened_at}")


COMMANDS = (operator,)
