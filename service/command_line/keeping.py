"""`verify`, `backup`, `restore`, `key`: that what is kept is unchanged, and stays."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from archive.backup import backup as take_backup
from archive.backup import restore as bring_back
from archive.database import Database
from archive.errors import ArchiveError
from archive.ledger.outside import split_pem
from archive.ledger.outside_files import GivenHead, NotAHead, read_given
from archive.ledger.verify import Report
from archive.ledger.verify import verify as check
from archive.schema import other_form
from archive.vault.keys import (
    begin_rotation,
    forget_older_keys,
    key_backup,
    load_signer,
    load_vault_key,
)
from archive.vault.keys import rotate as rotate_keys
from archive.vault.objects import LocalObjects
from service.clock import Clock
from service.installation import opened, prepare_folder
from service.settings import Settings

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FILE_OR_FOLDER = click.Path(path_type=Path, exists=True)


@click.command()
@click.option("--data", type=_FOLDER, help="Check this data folder instead of the one served.")
@click.option("--public-key", type=_FILE, help="The ledger's public key, from outside: 64 hex.")
@click.option(
    "--head",
    "heads",
    type=_FILE_OR_FOLDER,
    multiple=True,
    help="A head that left the machine: note, witness's mail, time-stamp, or a folder of them.",
)
@click.option(
    "--authority",
    "authorities",
    type=_FILE,
    multiple=True,
    help="Certificates (PEM) of one time-stamp authority; with any, no other is believed.",
)
@click.option("--sample", metavar="N/T", help="Read only the N-th of T parts of the objects.")
@click.option("--plain", is_flag=True, help="Also open every object, with the vault key at hand.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def verify(
    *,
    data: Path | None,
    public_key: Path | None,
    heads: tuple[Path, ...],
    authorities: tuple[Path, ...],
    sample: str | None,
    plain: bool,
    as_json: bool,
) -> None:
    """Check every entry and every original, offline, without the vault key; change nothing.

    0 everything holds, 1 something does not, 3 nothing was checked: the tables are another
    version's.
    """
    settings = Settings()
    folder = data or settings.data
    url = f"sqlite:///{folder / 'vaern.db'}" if data else settings.database
    if url.startswith("sqlite") and not (folder / "vaern.db").exists():
        raise click.UsageError(f"there is no database in {folder}")
    key = settings.vault_key_file or folder / "keys" / "vault.key"
    database = Database(url)
    if said := other_form(database):
        # Its rows would look changed to this program: an alarm for nothing.
        answer = {**Report(0, 0, (), (said,)).to_json(), "ok": False}
        click.echo(json.dumps(answer) if as_json else f"nothing was checked: {said}")
        sys.exit(3)
    report = check(
        database,
        LocalObjects(folder / "objects"),
        public_key=_hex(public_key) if public_key else None,
        heads=[one for path in heads for one in _given(path)],
        authorities=[_certificates(path) for path in authorities],
        sample=_part(sample) if sample else None,
        vault_key=load_vault_key(key, command=settings.vault_key_command) if plain else None,
    )
    if as_json:
        click.echo(report.to_text())
    else:
        click.echo(f"{report.entries} entries, {report.objects} objects")
        for one in report.findings:
            where = one.id or (f"entry {one.position}" if one.position is not None else "")
            click.echo(f"  {one.kind}: {where} {one.message}")
        for left in report.unchecked:
            click.echo(f"  unchecked: {left}")
        click.echo("everything is as it was kept" if report.ok else "NOT as it was kept")
        if not heads:
            click.echo("(without --head nothing is proven against the owner of this folder)")
    sys.exit(0 if report.ok else 1)


def _hex(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as bad:
        raise click.UsageError("the public key is 64 hexadecimal digits") from bad


def _given(path: Path) -> tuple[GivenHead, ...]:
    """Read a head from outside; a file that holds none is told as a finding, by its name."""
    try:
        return read_given(path)
    except NotAHead:
        if path.is_dir():
            raise
        return (GivenHead(path.name, note=path.read_text("utf-8", "replace")),)


def _certificates(path: Path) -> tuple[str, ...]:
    found = split_pem(path.read_text("utf-8", "replace"))
    if not found:
        raise click.UsageError(f"there is no certificate in {path.name}")
    return found


def _part(text: str) -> tuple[int, int]:
    number, _, parts = text.partition("/")
    try:
        n, t = int(number), int(parts)
    except ValueError as bad:
        raise click.UsageError("--sample is N/T, 1/7 for example") from bad
    if not 1 <= n <= t:
        raise click.UsageError("--sample N/T: N lies between 1 and T")
    return n, t


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def backup(folder: Path, *, as_json: bool) -> None:
    """Write a backup into FOLDER, beside earlier ones; the service may go on running.

    The vault key and the signing key are not in it: 'vaern key backup' writes those.
    """
    with opened(Settings()) as house:
        now = house.clock.now()
        taken = take_backup(house.database, house.objects, folder, now, vault_key=house.vault)
    _tell(asdict(taken), as_json=as_json)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--snapshot", help="Which one; without it the newest.")
@click.option("--keys", type=_FOLDER, help="Where 'vaern key backup' wrote the keys.")
@click.option(
    "--accept-old-keys", is_flag=True, help="Take keys older than 7 days: erasures may come back."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def restore(
    folder: Path, *, snapshot: str | None, keys: Path | None, accept_old_keys: bool, as_json: bool
) -> None:
    """Bring a backup back into an empty data folder, repeat every erasure and seal, and verify.

    A piece whose key is older than 7 days comes back as a tombstone, for an erasure may have come
    since; the backup itself is not changed.
    """
    settings = Settings()
    prepare_folder(settings.data)
    if keys is not None:
        key_backup(sorted(keys.iterdir()), settings.data / "keys")
    try:
        signer = load_signer(settings.data / "keys" / "ledger.key", settings.origin)
        vault_key = load_vault_key(
            settings.vault_key_file or settings.data / "keys" / "vault.key",
            command=settings.vault_key_command,
        )
    except ArchiveError as missing:
        raise click.UsageError(f"bring both keys first, --keys FOLDER: {missing}") from missing
    objects = LocalObjects(settings.data / "objects")
    objects.prepare()
    database = Database(settings.database, signer)
    done = bring_back(
        folder,
        database,
        objects,
        Clock().now(),
        vault_key=vault_key,
        data=settings.data,
        snapshot=snapshot,
        accept_old_keys=accept_old_keys,
    )
    _tell(
        {
            "made_at": done.made_at,
            "erased_again": done.erased_again,
            "sealed_again": done.sealed_again,
            "without_key": done.without_key,
            "ok": done.report.ok,
        },
        as_json=as_json,
    )
    if done.without_key:
        click.echo(
            f"{done.without_key} pieces came back without words or originals: the backup's keys are"
            " older than 7 days, or damaged. To have those too whose keys are old, restore into an"
            " empty data folder with --accept-old-keys, and erase again what was erased after"
            f" {done.made_at}.",
            err=True,
        )
    sys.exit(0 if done.report.ok else 1)


@click.group()
def key() -> None:
    """The vault key and the ledger's signing key."""


@key.command("backup")
@click.argument("folder", type=_FOLDER)
def keys_backup(folder: Path) -> None:
    """Copy both key files into FOLDER, which is kept apart from the evidence."""
    settings = Settings()
    vault_key = settings.vault_key_file or settings.data / "keys" / "vault.key"
    written = key_backup([vault_key, settings.data / "keys" / "ledger.key"], folder)
    for path in written:
        click.echo(str(path))


@key.command("rotate")
def rotate() -> None:
    """Put a fresh vault key in place and wrap every evidence key anew, in batches.

    Stop the service first; broken off, it is taken up again by the same command.
    """
    settings = Settings()
    path = settings.vault_key_file or settings.data / "keys" / "vault.key"
    begin_rotation(path)
    with opened(settings) as house:
        done = rotate_keys(house.database, load_vault_key(path), house.clock.now())
        forgotten = forget_older_keys(path, house.database)
    click.echo(f"{done} keys wrapped anew" + ("" if forgotten else "; the older key is kept"))


def _tell(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        json.dump(facts, sys.stdout, default=str)
        click.echo()
        return
    for name, value in facts.items():
        click.echo(f"{name}: {value}")


COMMANDS = (verify, backup, restore, key)
