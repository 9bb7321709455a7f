"""`token`: bearer tokens for programs, made, listed and revoked."""

from __future__ import annotations

from datetime import timedelta

import click

from service.access.endings import revoke_token
from service.access.listing import find_token, list_tokens
from service.access.people import add_token, unit_by_name
from service.access.rights import shipped_rights
from service.command_line.printing import as_facts, moment, print_json
from service.installation import opened
from service.settings import Settings

_ROLES = click.Choice(shipped_rights().roles)
_ACTOR = "system"


@click.group()
def token() -> None:
    """Bearer tokens for programs."""


@token.command("add")
@click.option("--role", type=_ROLES, required=True, help="What the program may do.")
@click.option("--name", default="program", help="What it is called in the ledger.")
@click.option("--unit", help="Only for this unit and those below it.")
@click.option("--days", type=click.IntRange(1, 1825), default=365, help="Days until it ends.")
def add_program(role: str, *, name: str, unit: str | None, days: int) -> None:
    """Print a new token, and nothing else; it is not shown again."""
    with opened(Settings()) as house, house.database.writing() as session:
        now = house.clock.now()
        secret = add_token(
            session,
            name=name,
            role=role,
            unit_id=unit_by_name(session, unit).id if unit else None,
            expires_at=now + timedelta(days=days),
            now=now,
            actor=_ACTOR,
        )
    click.echo(secret)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_programs(*, as_json: bool) -> None:
    """Print every token: id, name, role, unit, end, last use. Secrets are kept nowhere."""
    with opened(Settings()) as house, house.database.reading() as session:
        tokens = list_tokens(session, house.clock.now())
    if as_json:
        print_json({"tokens": [as_facts(one) for one in tokens]})
        return
    for one in tokens:
        unit = one.unit or "everywhere"
        until = f"{one.state} until {one.expires_at:%Y-%m-%d}"
        used = f"last used {one.last_used_at:%Y-%m-%d}" if one.last_used_at else "not used yet"
        click.echo(f"{one.id}  {one.name}  {one.role} ({unit})  {until}  {used}")


@token.command("revoke")
@click.argument("token_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def revoke_program(token_id: str, *, as_json: bool) -> None:
    """End the token with ID (or the one whose id begins so): it opens nothing from now on."""
    with opened(Settings()) as house, house.database.writing() as session:
        found = find_token(session, token_id)
        revoke_token(session, found, house.clock.now(), actor=_ACTOR)
        told = {"id": str(found.id), "name": found.name, "revoked_at": moment(found.revoked_at)}
    if as_json:
        print_json(told)
    else:
        click.echo(f"Revoked {told['name']} ({told['id']}).", err=True)


COMMANDS = (token,)
