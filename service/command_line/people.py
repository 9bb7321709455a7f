"""`user`: people who sign in, what they are called, that they leave, units they belong to."""

from __future__ import annotations

import re
import sys

import click
from sqlalchemy.orm import Session

from archive.records.people import UnitRecord
from service.access.endings import end_person, rename_person
from service.access.factors import reset_factors
from service.access.identities import unlink
from service.access.invitations import invite
from service.access.listing import find_person, list_people
from service.access.passwords import Passwords, PasswordTooShort
from service.access.people import add_person, add_unit, give_role, unit_by_name
from service.access.rights import shipped_rights
from service.command_line.printing import as_facts, moment, print_json
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
@click.option("--invite", "inviting", is_flag=True, help="They get their way in by mail instead.")
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
    inviting: bool,
) -> None:
    """Add a person, who signs in with EMAIL and a password.

    With --invite a mail with a link lets them choose one that nobody else knows; where the
    provider signs people in it says that they have access.
    """
    if not name.strip() or not _ADDRESS.fullmatch(email.strip()):
        raise click.UsageError("give a name, and an address like name@municipality.example")
    if inviting and (password_stdin or no_password):
        raise click.UsageError("--invite goes with neither --password-stdin nor --no-password")
    asks = not no_password and not inviting
    password = _password(from_stdin=password_stdin) if asks else None
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
        if inviting:
            invite(session, [person], now, actor=_ACTOR)
    click.echo(f"Added {name}.", err=True)
    if inviting:
        click.echo("The mail leaves when 'vaern serve' runs.", err=True)


@user.command("invite")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def invite_user(email: str, *, as_json: bool) -> None:
    """Send the person with EMAIL, who has never come in, a mail with a way in."""
    with opened(Settings()) as house, house.database.writing() as session:
        person = find_person(session, email)
        invited = invite(session, [person], house.clock.now(), actor=_ACTOR)
        told = {"id": str(person.id), "invited": bool(invited)}
        name = person.name
    if as_json:
        print_json(told)
    elif invited:
        click.echo(f"A mail to {name} leaves when 'vaern serve' runs.", err=True)
    else:
        click.echo(f"No mail: {name} has come in already, or has left.", err=True)


@user.command("list")
@click.option("--all", "ended", is_flag=True, help="Those who have left too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_users(*, ended: bool, as_json: bool) -> None:
    """Print everyone with their unit and roles."""
    with opened(Settings()) as house, house.database.reading() as session:
        people = list_people(session, house.clock.now(), ended=ended)
    if as_json:
        print_json({"people": [as_facts(one) for one in people]})
        return
    for one in people:
        roles = ", ".join(f"{held.role} ({held.unit or 'everywhere'})" for held in one.roles)
        left = f"  left {one.ended_at:%Y-%m-%d}" if one.ended_at else ""
        click.echo(f"{one.email or '-'}  {one.name}  {one.unit or '-'}  {roles or '-'}{left}")


@user.command("end")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def end_user(email: str, *, as_json: bool) -> None:
    """Let the person with EMAIL leave: roles and sessions end at once, downloads within a minute.

    Nothing that they did is deleted, and the ledger says when they left.
    """
    with opened(Settings()) as house, house.database.writing() as session:
        person = find_person(session, email)
        end_person(session, person, house.clock.now(), actor=_ACTOR)
        told = {"id": str(person.id), "ended_at": moment(person.ended_at)}
        name = person.name
    if as_json:
        print_json(told)
    else:
        click.echo(f"{name} has left.", err=True)


@user.command("rename")
@click.argument("email")
@click.option("--name", help="The new name.")
@click.option("--email", "new_email", help="The new address to sign in with.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def rename_user(email: str, *, name: str | None, new_email: str | None, as_json: bool) -> None:
    """Give the person with EMAIL another name, another address, or both."""
    wanted = name.strip() if name is not None else None
    if wanted == "" or (wanted is None and new_email is None):
        raise click.UsageError("give the new name, the new address, or both")
    if new_email is not None and not _ADDRESS.fullmatch(new_email.strip()):
        raise click.UsageError("give an address like name@municipality.example")
    with opened(Settings()) as house, house.database.writing() as session:
        person = find_person(session, email)
        now = house.clock.now()
        rename_person(session, person, now, name=wanted, email=new_email, actor=_ACTOR)
        told = {"id": str(person.id), "name": person.name, "email": person.email}
    if as_json:
        print_json(told)
    else:
        click.echo(f"Now {told['name']} <{told['email'] or '-'}>.", err=True)


@user.command("factor-reset")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def reset_factors_of(email: str, *, as_json: bool) -> None:
    """Take away the passkeys, app and recovery codes of the person with EMAIL, who has lost them.

    Make sure first who asks for it. The password stays; they are told by mail, and signed out
    everywhere.
    """
    with opened(Settings()) as house, house.database.writing() as session:
        person = find_person(session, email)
        ended = reset_factors(session, person, house.settings, house.clock.now(), actor=_ACTOR)
        told = {"id": str(person.id), "ended": ended}
        name = person.name
    if as_json:
        print_json(told)
    else:
        click.echo(f"{name} signs in with the password alone, until they choose anew.", err=True)


@user.command("unlink")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def unlink_user(email: str, *, as_json: bool) -> None:
    """Forget whom the sign-in provider means by the person with EMAIL.

    For an account that was made anew at the provider: the next sign-in finds the person by their
    address again.
    """
    with opened(Settings()) as house, house.database.writing() as session:
        person = find_person(session, email)
        ended = unlink(session, person, house.clock.now(), actor=_ACTOR)
        told = {"id": str(person.id), "ended": ended}
        name = person.name
    if as_json:
        print_json(told)
    else:
        click.echo(f"{name} is linked to no account of the provider.", err=True)


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


COMMANDS = (user,)
