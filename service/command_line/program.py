"""The commands' root: loads a family of commands only when one is called, maps errors to codes."""

from __future__ import annotations

import sys
import tomllib
from importlib import import_module

import click

COULD_NOT = 3
_FAMILIES = {
    "serve": "running",
    "demo": "demonstration",
    "work": "running",
    "migrate": "running",
    "settings": "running",
    "user": "people",
    "token": "tokens",
    "operator": "operators",
    "organisation": "organisation",
    "rights": "rights",
    "ingest": "evidence",
    "erase": "evidence",
    "read-again": "reading",
    "export": "exporting",
    "reindex": "finding",
    "verify": "keeping",
    "backup": "keeping",
    "restore": "keeping",
    "key": "keeping",
    "seal": "sealing",
    "moderation": "moderating",
    "capture": "capturing",
}


class Families(click.Group):
    """A group that imports a command's module when it is asked for: start-up stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        del ctx
        return list(_FAMILIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        del ctx
        family = _FAMILIES.get(cmd_name)
        if family is None:
            return None
        commands = import_module(f"service.command_line.{family}").COMMANDS
        found: click.Command = next(one for one in commands if one.name == cmd_name)
        return found


@click.group(
    cls=Families, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="vaern", prog_name="vaern")
def vaern() -> None:
    """Værn protects a municipality's employees against harassment online."""


def main() -> None:
    """Run a command: 0 done, 1 finding or failed capture, 2 usage, 3 could not be done."""
    try:
        vaern.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except Exception as failed:  # noqa: BLE001 — what nobody foresaw is raised again
        sys.exit(_code_of(failed))


def _code_of(failed: Exception) -> int:
    """Say what went wrong and return the exit code; what nobody foresaw is raised again."""
    from pydantic import ValidationError
    from sqlalchemy.exc import OperationalError

    from archive.errors import ArchiveError
    from service.errors import ServiceError

    if isinstance(failed, ValidationError):
        for one in failed.errors():
            name = "VAERN_" + "_".join(str(part) for part in one["loc"]).upper()
            click.echo(f"vaern: setting {name}: {one['msg']}", err=True)
        return 2
    if isinstance(failed, tomllib.TOMLDecodeError):
        click.echo(f"vaern: vaern.toml cannot be read: {failed}", err=True)
        return 2
    if isinstance(failed, OperationalError):
        # Its own words alone: the statement around them may hold what people wrote.
        click.echo(f"vaern: the database does not answer: {str(failed.orig).strip()}", err=True)
        return COULD_NOT
    if isinstance(failed, ArchiveError | ServiceError | OSError):
        click.echo(f"vaern: {type(failed).__name__}: {failed}", err=True)
        return COULD_NOT
    raise failed
