"""Bundles for tests: made by the real code, checked by the real program on a Python of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from archive.export.checker.folder import CONTENTS, MANIFEST
from archive.export.gather import gather, note_hand_over, note_made
from archive.export.package import Document, File, HandOver, Package, listing
from archive.export.proofs import prove
from archive.export.writing import write_folder
from tests.archive.house import NOW, House

RECIPIENT = "Midt- og Vestsjællands Politi"


@dataclass(frozen=True)
class Answer:
    """What `check.py` said."""

    code: int
    text: str

    def names(self, place: str) -> bool:
        """Tell whether something is said to be wrong at this place."""
        marks = ("[FEJL / WRONG] ", "[IKKE KONTROLLERET / UNCHECKED] ")
        return any(line.startswith(marks) and place in line for line in self.text.splitlines())


def hand_over(**how: object) -> HandOver:
    facts: dict[str, object] = {
        "id": uuid4(),
        "made_at": NOW,
        "made_by": "person:1",
        "made_by_name": "Mette Leder",
        "recipient": RECIPIENT,
        "purpose": "Anmeldelse",
        "municipality": "Havn Kommune",
        "case": "2026-0001",
    }
    return HandOver(**{**facts, **how})  # type: ignore[arg-type]  # as the fields are


def packaged(
    house: House, pieces: Sequence[UUID], over: HandOver, documents: Sequence[Document] = ()
) -> Package:
    with house.database.writing() as session:
        note_hand_over(session, pieces, over)
    with house.database.reading() as session:
        contents = gather(session, pieces, over, documents)
    with house.database.writing() as session:
        note_made(session, contents, over)
    with house.database.reading() as session:
        return prove(session, contents, over)


def written(package: Package, house: House, folder: Path) -> Path:
    write_folder(package, house.vault, folder, lambda _count: None)
    return folder


def checked(folder: Path, python: str = sys.executable, *, program: Path | None = None) -> Answer:
    """Run `check.py` as a stranger would: alone, from elsewhere, with nothing of ours."""
    done = subprocess.run(
        [python, "-I", "-S", str(program or folder / "check.py"), str(folder)],
        capture_output=True,
        timeout=120,
        cwd="/",
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    told = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert "Traceback" not in told, told
    return Answer(done.returncode, told)


def relist(folder: Path, *, contents: bool = False) -> None:
    """Write the manifest anew, as a forger would who changed a file; `contents` that list too."""
    if contents:
        listed = [line[66:] for line in (folder / CONTENTS).read_text().splitlines()]
        standing = [one for one in listed if (folder / one).exists()]
        _list(folder, CONTENTS, standing)
    paths = [
        str(one.relative_to(folder))
        for one in folder.rglob("*")
        if one.is_file() and one.name != MANIFEST
    ]
    _list(folder, MANIFEST, paths)


def _list(folder: Path, name: str, paths: Sequence[str]) -> None:
    import hashlib

    files = []
    for path in paths:
        data = (folder / path).read_bytes()
        files.append(File(path, len(data), hashlib.sha256(data).hexdigest(), data))
    made = listing(name, tuple(files))
    (folder / name).write_bytes(made.data or b"")
