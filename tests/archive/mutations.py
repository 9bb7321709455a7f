"""One change somewhere in an archive, chosen by a number: a bit, a row, the order, an object."""

# ruff: noqa: S608 — the statements are made of our own table names and of literals made here

import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from archive.database import sqlite_module
from archive.records import Base, protected_tables

LEDGER = ("ledger_head", "ledger_entries", "ledger_nodes", "ledger_details", "checkpoints")
UNBOUND = {("checkpoints", "made_at")}
"""When a head was kept is not part of what its signature says."""

Change = Callable[[Any, Path, Random], str]


def mutate(folder: Path, seed: int) -> str:
    """Make one change in a copied folder; returns what was done, the place first."""
    random = Random(seed)  # noqa: S311 — a case that can be made again, not a secret
    change = random.choices([c for c, _ in CHANGES], [w for _, w in CHANGES])[0]
    link = sqlite_module().connect(str(folder / "vaern.db"), isolation_level=None)
    try:
        link.execute("PRAGMA foreign_keys=OFF")
        link.execute("PRAGMA ignore_check_constraints=ON")
        for _ in range(1000):
            if done := change(link, folder, random):
                return f"{seed}: {done}"
    finally:
        link.close()
    raise AssertionError(f"{change.__name__} found nothing to change")


def flip_a_bit(link: Any, folder: Path, random: Random) -> str:
    """Flip one bit of one cell as it is stored."""
    del folder
    table, columns = _table(random)
    column = random.choice(columns)
    row = _row(link, table, random)
    if row is None:
        return ""
    (kind, value) = link.execute(
        f'SELECT typeof("{column}"), CAST("{column}" AS BLOB) FROM {table} WHERE {row}'
    ).fetchone()
    if kind == "integer":
        number = int(value) ^ (1 << random.randrange(8))
        new: str = str(number)
    elif kind == "null":
        new = random.choice(("0", "'x'", "x'00'"))
    else:
        flipped = bytearray(value)
        if not flipped:
            return ""
        flipped[random.randrange(len(flipped))] ^= 1 << random.randrange(8)
        new = f"x'{flipped.hex()}'" if kind == "blob" else f"CAST(x'{flipped.hex()}' AS TEXT)"
    return _execute(link, f'UPDATE {table} SET "{column}" = {new} WHERE {row}')


def delete_a_row(link: Any, folder: Path, random: Random) -> str:
    """Take one row away."""
    del folder
    table, _ = _table(random, without=("checkpoints",))
    row = _row(link, table, random)
    return _execute(link, f"DELETE FROM {table} WHERE {row}") if row else ""


def copy_a_cell(link: Any, folder: Path, random: Random) -> str:
    """Give one row what another row of the same table has."""
    del folder
    table, columns = _table(random)
    column = random.choice(columns)
    one, two = _row(link, table, random), _row(link, table, random)
    if one is None or two is None:
        return ""
    theirs = f'(SELECT "{column}" FROM {table} WHERE {two})'
    change = f'UPDATE {table} SET "{column}" = {theirs} WHERE {one}'
    return _execute(link, f'{change} AND "{column}" IS NOT {theirs}')


def truncate(link: Any, folder: Path, random: Random) -> str:
    """Cut the end of the log."""
    del folder
    size = link.execute("SELECT count(*) FROM ledger_entries").fetchone()[0]
    start = random.randrange(1, size)
    tables = ("ledger_details", "ledger_entries") if random.random() < 0.5 else ("ledger_entries",)
    for table in tables:
        link.execute(f"DELETE FROM {table} WHERE position >= {start}")
    return f"cut the log to {start}"


def reorder(link: Any, folder: Path, random: Random) -> str:
    """Let two entries change places, leaves and details together."""
    del folder
    size = link.execute("SELECT count(*) FROM ledger_entries").fetchone()[0]
    one, two = random.sample(range(size), 2)
    for table in ("ledger_entries", "ledger_details"):
        link.execute(f"UPDATE {table} SET position = -1 WHERE position = {one}")
        link.execute(f"UPDATE {table} SET position = {one} WHERE position = {two}")
        link.execute(f"UPDATE {table} SET position = {two} WHERE position = -1")
    return f"swapped entries {one} and {two}"


def swap_identity(link: Any, folder: Path, random: Random) -> str:
    """Put another log's signed head, or its whole ledger, in place of ours."""
    link.execute("ATTACH ? AS other", (str(folder / "other.db"),))
    whole = random.random() < 0.5
    for table in LEDGER if whole else ("ledger_head",):
        link.execute(f"DELETE FROM {table}")
        link.execute(f"INSERT INTO {table} SELECT * FROM other.{table}")
    link.execute("DETACH other")
    return f"put another log's {'ledger' if whole else 'head'} in place of ours"


def spoil_an_object(link: Any, folder: Path, random: Random) -> str:
    """Change, cut, remove or exchange stored objects."""
    del link
    files = sorted((folder / "objects").glob("??/*"))
    victim = random.choice(files)
    data = bytearray(victim.read_bytes())
    how = random.choice(("bit", "cut", "remove", "exchange", "grow"))
    if how == "exchange":
        other = random.choice([file for file in files if file != victim])
        mine, theirs = victim.read_bytes(), other.read_bytes()
        _rewrite(victim, theirs)
        _rewrite(other, mine)
    elif how == "remove":
        victim.unlink()
    elif how == "bit":
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        _rewrite(victim, data)
    else:
        _rewrite(victim, data[: random.randrange(len(data))] if how == "cut" else data + b"\0")
    return f"{how} of object {victim.name}"


CHANGES: tuple[tuple[Change, int], ...] = (
    (flip_a_bit, 50),
    (delete_a_row, 12),
    (copy_a_cell, 12),
    (truncate, 5),
    (reorder, 6),
    (swap_identity, 3),
    (spoil_an_object, 12),
)


def _table(random: Random, without: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    """Choose a table, and its columns that the ledger or its signature binds."""
    bound = {p.__table__.name: list(p.protected_columns()) for p in protected_tables()}
    for name in LEDGER:
        columns = [column.name for column in Base.metadata.tables[name].columns]
        bound[name] = [column for column in columns if (name, column) not in UNBOUND]
    name = random.choice([name for name in bound if name not in without])
    return name, bound[name]


def _row(link: Any, table: str, random: Random) -> str | None:
    keys = [column.name for column in Base.metadata.tables[table].primary_key.columns]
    names = ", ".join(f'quote("{key}")' for key in keys)
    rows = link.execute(f"SELECT {names} FROM {table}").fetchall()
    if not rows:
        return None
    chosen = random.choice(rows)
    return " AND ".join(f'"{key}" = {value}' for key, value in zip(keys, chosen, strict=True))


def _execute(link: Any, statement: str) -> str:
    """Run a change; none where the database refuses it or nothing is another than before."""
    try:
        changed = link.execute(statement).rowcount
    except (sqlite3.IntegrityError, sqlite_module().IntegrityError):
        return ""
    return statement if changed else ""


def _rewrite(path: Path, data: bytes | bytearray) -> None:
    """Write a file anew: the copy may be a hard link to the original."""
    part = path.with_suffix(".rewritten")
    part.write_bytes(data)
    part.replace(path)
