"""The commands' root: finds the commands of each family, and turns errors into exit codes."""

from __future__ import annotations

import sys

import click
from pydantic import ValidationError

from archive.errors import ArchiveError
from service.command_line import capturing, evidence, keeping, moderating, people, running
from service.errors import ServiceError
from service.installation import AlreadyRunning

COULD_NOT = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vaern", prog_name="vaern")
def vaern() -> None:
    """Værn protects a municipality's employees against harassment online."""


for family in (running, people, evidence, keeping, moderating, capturing):
    for command in family.COMMANDS:
        vaern.add_command(command)


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
    except ValidationError as wrong:
        for one in wrong.errors():
            name = "VAERN_" + "_".join(str(part) for part in one["loc"]).upper()
            click.echo(f"vaern: setting {name}: {one['msg']}", err=True)
        sys.exit(2)
    except (ArchiveError, ServiceError, AlreadyRunning, OSError) as failed:
        click.echo(f"vaern: {failed}", err=True)
        sys.exit(COULD_NOT)
