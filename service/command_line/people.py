"""`user` and `token`: people who sign in, programs that do not, units they belong to."""

from __future__ import annotations

import re
import sys
from datetime import timedelta

import click
from sqlalchemy.orm import Session

from archive.records.people import UnitRecord
from service.access.passwords import Passwords, PasswordTooShort
from service.access.people import add_person, add_token, add_unit, give_role, unit_by_name
from service.access.rights import shipped_rights
from service.errors import UnitNotFound
from service.installation import Installation, opened
from service.settings import Settings

_ROLES = click.Choice(shipped_rights().roles)
_ACTOR = "system"
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@click.group()
def user() -> None:
    """People of the municipality."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", type=_ROLES, multiple=True, help="May be given several times.")
@click.option("--unit", help="Their place of work; made if it does not exist.")
@click.option("--title", help="Their title.")
@click.option("--phone", help="Their number at work.")
@click.option("--everywhere", is_flag=True, help="The roles hold for the whole municipality.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--no-password", is_flag=True, help="A person who does not sign in.")
def add_user(
    email: str,
    *,
    name: str,
    roles: tuple[str, ...],
    unit: str | None,
    title: str | None,
    phone: str | None,
    everywhere: bool,
    password_stdin: bool,
    no_password: bool,
) -> None:
    """Add a person, who signs in with EMAIL and a password."""
    if not name.strip() or not _ADDRESS.fullmatch(email.strip()):
        raise click.UsageError("give a name, and an address like name@municipality.example")
    password = None if no_password else _password(from_stdin=password_stdin)
    try:
        kept = Passwords().make(password) if password is not None else None
    except PasswordTooShort as short:
        raise click.UsageError(str(short)) from short
    with opened(Settings()) as house, house.database.writing() as session:
        now = house.clock.now()
        unit_id = _unit(session, unit, house).id if unit else None
        person = add_person(
            session,
            name=name,
            email=email,
            unit_id=unit_id,
            now=now,
            actor=_ACTOR,
            title=title,
            phone=phone,
            password_hash=kept,
        )
        for role in roles:
            where = None if everywhere else unit_id
            give_role(session, person, role, unit_id=where, now=now, actor=_ACTOR)
    click.echo(f"Added {name}.", err=True)


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


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    prompted: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return prompted


def _unit(session: Session, name: str, house: Installation) -> UnitRecord:
    try:
        return unit_by_name(session, name)
    except UnitNotFound:
        return add_unit(session, name, house.clock.now(), actor=_ACTOR)


COMMANDS = (user, token)
