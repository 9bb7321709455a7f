"""`serve`, `work`, `migrate`, `settings`."""

from __future__ import annotations

import json
import os
import sys

import click

from archive import schema
from archive.database import Database
from service.log_lines import configure
from service.serving import serve as serve_doors
from service.settings import Settings
from service.slips import refuse_unusable, unheeded


@click.command()
def serve() -> None:
    """Serve the web, the evidence host and the mail door, with all jobs, in this one process."""
    settings = Settings()
    _tell_unheeded()
    refuse_unusable(settings)
    configure(settings.log_level)
    serve_doors(settings, announce=_announce)


def _tell_unheeded() -> None:
    for name, meant in unheeded(os.environ):
        hint = f"; did you mean {meant}?" if meant else ""
        click.echo(f"vaern: {name} is no setting and is not heeded{hint}", err=True)


def _announce(doors: dict[str, object]) -> None:
    click.echo(f"Værn        {doors['http']}", err=True)
    click.echo(f"evidence    {doors['evidence']}", err=True)
    click.echo(f"mail (SMTP) {doors['smtp']}", err=True)
    if "first_start" in doors:
        # To standard output: the log goes to standard error, and may be shipped elsewhere.
        click.echo("Nobody is here yet. Open this link within two hours to begin; it works once:")
        click.echo(f"    {doors['first_start']}")
    if "people" in doors:
        click.echo("Nobody can sign in yet. Add the first person, in another window:", err=True)
        click.echo(f"    .venv/bin/{doors['people']}", err=True)


@click.command()
def work() -> None:
    """Work off jobs beside `serve`, on PostgreSQL; on SQLite `serve` does it all."""
    settings = Settings()
    if Database(settings.database).is_sqlite:
        raise click.UsageError("on SQLite 'vaern serve' does the work; 'work' needs PostgreSQL")
    _tell_unheeded()
    refuse_unusable(settings)
    configure(settings.log_level)
    from service.working import work_until_stopped

    work_until_stopped(settings)


@click.command()
def migrate() -> None:
    """Bring the database to this program's schema."""
    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    schema.migrate(database)
    click.echo(f"The database is at {schema.newest()}.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def settings(*, as_json: bool) -> None:
    """Print every setting with its value and meaning; secrets are masked."""
    standing = Settings()
    _tell_unheeded()
    rows = [
        {
            "name": f"VAERN_{name.upper()}",
            "value": _shown(getattr(standing, name)),
            "meaning": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
        click.echo()
        return
    for row in rows:
        click.echo(f"{row['name']}={row['value']}\n    {row['meaning']}")


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    return str(value)


COMMANDS = (serve, work, migrate, settings)
