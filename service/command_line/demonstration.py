"""`demo`: a made-up municipality, produced in front of the viewer by the product's own doors."""

from __future__ import annotations

from pathlib import Path

import click

from service.log_lines import configure
from service.settings import Settings


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The demonstration's folder, emptied at each start; without it data-demo beside data.",
)
@click.option("--once", is_flag=True, help="Stop when everything has been shown.")
@click.option("--port-free", "any_ports", is_flag=True, help="Take any free ports.")
def demo(*, data: Path | None, once: bool, any_ports: bool) -> None:
    """Serve a demonstration municipality, made anew in a folder of its own."""
    from service.demonstration.showing import show

    # The terminal belongs to the demonstration; what goes wrong is told all the same.
    configure("WARNING")
    folder = data or Settings().data.absolute().parent / "data-demo"
    show(folder.absolute(), once=once, any_ports=any_ports, say=_say)


def _say(line: str) -> None:
    click.echo(line)


COMMANDS = (demo,)
