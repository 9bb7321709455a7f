"""`capture URL --out DIR`: one page into a folder, without a database (DESIGN §5)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture.browser.settings import BrowserSettings
from capture.output import FolderNotEmpty
from capture.visit import VisitSettings, capture_to_folder
from service.casework.capture.addresses import check_address
from service.clock import Clock
from service.errors import AddressInvalid
from service.settings import Settings, host_and_port


@click.command()
@click.argument("url")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--allow", multiple=True, metavar="HOST:PORT", help="Reach it although not public.")
@click.option(
    "--since",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="An earlier capture's folder: tells what is new, edited, gone and back.",
)
def capture(url: str, *, out: Path, allow: tuple[str, ...], since: Path | None) -> None:
    """Capture a page: pictures, posts, and what was refused, into a new folder."""
    settings = Settings()
    try:
        check_address(url)
        listed = [host_and_port(one) for one in (*allow, *settings.capture_allow)]
        report = capture_to_folder(
            url,
            out,
            now=Clock().now,
            allow=listed,
            since=since,
            settings=VisitSettings(
                wall_seconds=settings.capture_seconds,
                browser=BrowserSettings(sandbox=settings.browser_sandbox),
            ),
        )
    except (AddressInvalid, FolderNotEmpty, ValueError) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    if report.captured:
        told = f"{report.posts_read} posts" + (f" ({report.left_out})" if report.left_out else "")
        click.echo(f"captured: {told}", err=True)
    else:
        click.echo(f"failed: {report.reason}", err=True)
        sys.exit(1)


COMMANDS = (capture,)
