"""`organisation`: units, people and roles from a file, shown first and then made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from service.casework.organisation.duties import on_duty_now
from service.casework.organisation.importing import apply_plan, plan_of, require_shown
from service.command_line.printing import as_facts, moment, print_json
from service.installation import opened
from service.organisation.plan import Change, Plan
from service.organisation.refusals import FileUnusable
from service.settings import Settings
from service.web.organisation_words import OrganisationWords

_ACTOR = "system"
_WORDS = OrganisationWords("en")


@click.group()
def organisation() -> None:
    """Units, people and roles."""


@organisation.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "make", is_flag=True, help="Make the changes; else they are only shown.")
@click.option("--end-missing", is_flag=True, help="End whoever stood in a file before and not now.")
@click.option("--end-many", is_flag=True, help="… even if they are more than a fifth.")
@click.option(
    "--invite", "inviting", is_flag=True, help="Tell who is new of their way in, by mail."
)
@click.option("--as-shown", metavar="NAME", help="Make them only if they still have this name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_file(
    file: Path,
    *,
    make: bool,
    end_missing: bool,
    end_many: bool,
    inviting: bool,
    as_shown: str | None,
    as_json: bool,
) -> None:
    """Show what FILE would change in units, people and roles; with --apply, change just that.

    FILE has one line for each person (or unit, or further role), and names its columns in Danish,
    Norwegian or English: name, e-mail, employee number, title, telephone, unit, unit number,
    parent unit, role, role unit. Rows that cannot be used are left aside, with their line.
    """
    content = file.read_bytes()
    try:
        with opened(Settings()) as house:
            roles, now = house.rights.roles, house.clock.now()
            if not make:
                with house.database.reading() as session:
                    plan = plan_of(
                        session, content, roles, now, end_missing=end_missing, end_many=end_many
                    )
            else:
                with house.database.writing() as session:
                    plan = plan_of(
                        session, content, roles, now, end_missing=end_missing, end_many=end_many
                    )
                    require_shown(plan, as_shown or plan.digest)
                    if not plan.is_empty:
                        apply_plan(session, plan, content, now, actor=_ACTOR, inviting=inviting)
    except FileUnusable as wrong:
        raise click.ClickException(_WORDS.file_fault(wrong)) from wrong
    if as_json:
        print_json(_as_json(plan, applied=make))
    else:
        _print(plan, applied=make)


@organisation.command("on-duty")
@click.option("--at", "at", help="Another moment than now, as RFC 3339.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show_duty(*, at: str | None, as_json: bool) -> None:
    """Print who is on duty, who is called first coming first."""
    try:
        asked = datetime.fromisoformat(at).astimezone(UTC) if at else None
    except ValueError as wrong:
        raise click.UsageError("give a moment like 2027-02-01T23:00:00+01:00") from wrong
    with opened(Settings()) as house, house.database.reading() as session:
        people = on_duty_now(session, asked or house.clock.now())
    if as_json:
        print_json({"on_duty": [as_facts(one) for one in people]})
        return
    for one in people:
        instead = f"  instead of {one.instead_of}" if one.instead_of else ""
        reached = one.phone or one.email or "-"
        click.echo(f"{one.name}  {reached}  until {moment(one.until)}{instead}")
    if not people:
        click.echo("Nobody is on duty.", err=True)


def _print(plan: Plan, *, applied: bool) -> None:
    for change in plan.changes:
        click.echo(f"{_WORDS.kind(change.kind)}: {_line(change)}")
    if plan.adopted:
        click.echo(_WORDS.adopted(len(plan.adopted)))
    for keeps in plan.keeps:
        click.echo(_WORDS.keeps(keeps))
    for row in plan.unusable:
        click.echo(f"line {row.line}: {_WORDS.row_fault(row)}", err=True)
    if plan.other_columns:
        click.echo(f"Columns that say nothing here: {', '.join(plan.other_columns)}", err=True)
    if plan.withheld is not None:
        click.echo(_WORDS.withheld(plan), err=True)
    elif plan.missing:
        click.echo(_WORDS.missing(plan), err=True)
    if plan.is_empty:
        click.echo("Nothing would change.", err=True)
    elif applied:
        click.echo("Done.", err=True)
    else:
        click.echo(
            f"Nothing is changed yet. To do this: --apply --as-shown {plan.digest}", err=True
        )


def _line(change: Change) -> str:
    told = "; ".join(_WORDS.difference(one) for one in change.differences)
    return f"{change.name} ({told})" if told else change.name


def _as_json(plan: Plan, *, applied: bool) -> dict[str, object]:
    return {
        "applied": applied and not plan.is_empty,
        "plan": plan.digest,
        "counts": {str(kind): number for kind, number in plan.counts.items()},
        "changes": [
            {
                "kind": str(one.kind),
                "name": one.name,
                "id": str(one.id) if one.id else None,
                "differences": [as_facts(each) for each in one.differences],
            }
            for one in plan.changes
        ],
        "unusable": [
            {"line": one.line, "fault": str(one.fault), "message": _WORDS.row_fault(one)}
            for one in plan.unusable
        ],
        "adopted": len(plan.adopted),
        "missing": plan.missing,
        "withheld": str(plan.withheld) if plan.withheld else None,
        "keeps": [as_facts(one) for one in plan.keeps],
        "other_columns": list(plan.other_columns),
    }


COMMANDS = (organisation,)
