"""`rights`: the table of rights as it stands, what the municipality has changed, and back again."""

from __future__ import annotations

from collections.abc import Sequence

import click

from service.access.bounds import shipped_bounds
from service.access.own_rights import plain, rights_now
from service.access.principal import HeldRole, Principal
from service.access.rights import Right, Rights, shipped_rights
from service.casework.rights.changing import Ground
from service.casework.rights.resetting import Cell, Reset, back_to_shipped, differing_cells
from service.command_line.printing import print_json
from service.errors import ReasonMissing
from service.installation import Installation, opened
from service.settings import Settings

_ROLES = click.Choice(shipped_rights().roles)
_ACTIONS = click.Choice(tuple(shipped_rights().actions))
_ACTOR = "system"


@click.group()
def rights() -> None:
    """Who may do what: read it, see what was changed, go back to the shipped table."""


@rights.command("show")
@click.option("--role", type=_ROLES, help="Only what this role may do.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(*, role: str | None, as_json: bool) -> None:
    """Print every right as it stands."""
    with opened(Settings()) as house:
        table = _standing(house)
        shipped = house.rights
    roles = (role,) if role else table.roles
    cells = [(action, one) for action in table.actions for one in roles if table.of(action, one)]
    if as_json:
        print_json({"rights": [_facts(cell, table, shipped) for cell in cells]})
        return
    for action, one in cells:
        mark = "" if table.of(action, one) == shipped.of(action, one) else "  (changed)"
        click.echo(f"{action}  {one}  {_words(table.of(action, one))}{mark}")


@rights.command("differences")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show_differences(*, as_json: bool) -> None:
    """Print what stands otherwise than shipped."""
    with opened(Settings()) as house:
        table, shipped = _standing(house), house.rights
    cells = differing_cells(table, shipped)
    if as_json:
        print_json({"differences": [_facts(cell, table, shipped) for cell in cells]})
        return
    for action, one in cells:
        now, own = table.of(action, one), shipped.of(action, one)
        click.echo(f"{action}  {one}  {_words(now)}  (shipped: {_words(own)})")
    if not cells:
        click.echo("The table stands as shipped.", err=True)


@rights.command("reset")
@click.argument("action", type=_ACTIONS, required=False, metavar="[ACTION")
@click.argument("role", type=_ROLES, required=False, metavar="ROLE]")
@click.option("--all", "everything", is_flag=True, help="Everything that differs.")
@click.option("--reason", required=True, help="Why; it stays in the log.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def reset(
    action: str | None, role: str | None, *, everything: bool, reason: str, as_json: bool
) -> None:
    """Set one right (ACTION ROLE), or with --all everything, back as shipped.

    What takes away holds at once. What gives waits until somebody has agreed to it in the
    interface: no command opens what is shut.
    """
    if everything == (action is not None) or (action is None) != (role is None):
        raise click.UsageError("name an action and a role, or give --all")
    only = None if action is None or role is None else [(action, role)]
    with opened(Settings()) as house:
        who = Principal(_ACTOR, "", (HeldRole("operator", None),), house.rights)
        ground = Ground(house.rights, house.settings, house.clock.now())
        try:
            with house.database.writing() as session:
                done = back_to_shipped(session, who, ground, reason, only)
        except ReasonMissing as missing:
            raise click.UsageError(str(missing)) from missing
    if as_json:
        print_json({name: list(map(list, getattr(done, name))) for name in Reset.__slots__})
    else:
        _tell(done)


def _tell(done: Reset) -> None:
    sayings: tuple[tuple[Sequence[Cell], str], ...] = (
        (done.changed, "as shipped again"),
        (done.asked, "waits for somebody to agree to it"),
        (done.left, "left: a change of it waits already, or of what it needs"),
    )
    for cells, said in sayings:
        for action, role in cells:
            click.echo(f"{action}  {role}: {said}", err=True)
    if not (done.changed or done.asked or done.left):
        click.echo("It stands as shipped already.", err=True)


def _standing(house: Installation) -> Rights:
    with house.database.reading() as session:
        return rights_now(session, house.rights)


def _facts(cell: Cell, table: Rights, shipped: Rights) -> dict[str, object]:
    action, role = cell
    fixed = shipped_bounds().of(action, role)
    return {
        "action": action,
        "role": role,
        "ways": plain(table.of(action, role)),
        "shipped": plain(shipped.of(action, role)),
        "fixed": str(fixed.because) if fixed else None,
    }


def _words(ways: tuple[Right, ...]) -> str:
    said = [" ".join(part for part in way if part) for way in plain(ways)]
    return "; ".join(said) or "nothing"


COMMANDS = (rights,)
