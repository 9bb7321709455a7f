"""`check.py` as strangers run it: every Python, any folder, every kind of damage named."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.export.checker.folder import CONTENTS, MANIFEST
from archive.export.joined import check_program
from tests.archive.authority import Authority
from tests.archive.export.bundles import checked, relist
from tests.archive.export.inside import Inside

OLDEST, NEWEST = (3, 8), (3, 14)


def pythons() -> list[str]:
    """Return every Python of this machine from 3.8 on: those that a version manager keeps too."""
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    places += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin"))
    found: dict[str, str] = {sys.version[:6]: sys.executable}
    for place in places:
        for minor in range(OLDEST[1], NEWEST[1] + 1):
            path = place / f"python3.{minor}"
            if path.exists() and (version := _version(path)) is not None:
                found.setdefault(version, str(path))
    return sorted(found.values())


def _version(path: Path) -> str | None:
    said = subprocess.run(
        [path, "-I", "-S", "-c", "import sys; print(sys.version[:6])"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return said.stdout.strip() if said.returncode == 0 else None


def test_a_whole_bundle_holds_on_every_python_here(whole: Path) -> None:
    found = pythons()

    answers = {python: checked(whole, python) for python in found}

    assert {python: one.code for python, one in answers.items()} == dict.fromkeys(found, 0)
    assert len({one.text for one in answers.values()}) == 1
    # A newcomer may have one Python; where everything is checked, there must be others.
    assert len(found) >= 2 or os.environ.get("CI") != "true"


def test_it_says_who_stamped_it_and_which_key_signed_it(whole: Path) -> None:
    told = checked(whole).text

    assert "Authority signer" in told
    key = (whole / "ledger" / "public-key.txt").read_text().strip()
    assert len(key) == 64
    assert "Sammenlign det med fingeraftrykket på kommunens hjemmeside." in told
    assert "everything was checked and holds" in told


def test_another_program_accepts_the_same_files_and_the_same_stamp(
    whole: Path, authority: Authority
) -> None:
    summed = subprocess.run(
        ["sha256sum", "--strict", "--quiet", "-c", MANIFEST], cwd=whole, check=False
    )
    token = next((whole / "timestamps").glob("*.tsr"))
    size = token.name.partition("-")[0]

    assert summed.returncode == 0
    assert authority.accepts(
        token.read_bytes(), (whole / "ledger" / "heads" / f"{size}.txt").read_bytes()
    )


def test_the_program_is_always_the_same_and_keeps_to_python_3_8() -> None:
    program = check_program()

    ast.parse(program, feature_version=OLDEST)
    check_program.cache_clear()
    assert check_program() == program


def test_it_checks_from_any_place_and_by_a_relative_name(bundle: Path, tmp_path: Path) -> None:
    moved = tmp_path / "en mappe med æøå"
    shutil.move(bundle, moved)

    said = subprocess.run(
        [sys.executable, "-I", "-S", "check.py"], cwd=moved, capture_output=True, check=False
    )

    assert said.returncode == 0
    assert checked(moved, program=moved / "check.py").code == 0


def test_a_terminal_that_knows_no_danish_letters_still_gets_an_answer(whole: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-I", "-S", "check.py"],
        cwd=whole,
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii"},
    )

    assert said.returncode == 0
    assert b"Traceback" not in said.stderr


def test_more_than_one_folder_is_a_mistake_in_the_call(whole: Path) -> None:
    assert Inside().run(str(whole), str(whole)).code == 2
    assert Inside().run(str(whole / "no such folder")).code == 1


def test_one_bit_in_any_file_is_named(bundle: Path) -> None:
    inside = Inside()
    for path in sorted(one for one in bundle.rglob("*") if one.is_file()):
        data = path.read_bytes()
        path.write_bytes(flipped(data, len(data) // 2))
        said = inside.run(str(bundle))
        path.write_bytes(data)

        assert said.code == 1, path
        assert said.names(str(path.relative_to(bundle))) or path.name == MANIFEST, said.text
    assert inside.run(str(bundle)).code == 0


def test_one_bit_is_named_also_where_the_forger_made_the_manifest_anew(bundle: Path) -> None:
    """What the ledger binds cannot be changed by whoever writes the list of files anew."""
    inside = Inside()
    listed = (bundle / CONTENTS).read_bytes()
    for path in sorted(one for one in bundle.rglob("*") if one.is_file()):
        if path.name == MANIFEST or path.suffix == ".tsr":
            continue
        data = path.read_bytes()
        name = str(path.relative_to(bundle))
        bound = name.encode() in listed
        for place in (0.2, 0.8):
            path.write_bytes(flipped(data, int(len(data) * place)))
            relist(bundle)
            first = inside.run(str(bundle))
            relist(bundle, contents=bound)
            second = inside.run(str(bundle)) if bound else first
            path.write_bytes(data)
            (bundle / CONTENTS).write_bytes(listed)

            assert (first.code, second.code) == (1, 1), (path, place, first.text, second.text)
            shown_at = SHOWN_AT.get(path.name, SHOWN_AT.get(path.suffix, name))
            assert first.names(name) or first.names(shown_at), first.text
            assert second.names(CONTENTS) or not bound, second.text


SHOWN_AT = {
    # A digit of a hash is wrong only for the head that it leads to; a brace breaks the file itself.
    "consistency.json": "ledger/heads/",
    "public-key.txt": "ledger/head.txt",
    "timestamps.json": "timestamps/",
    ".pem": "timestamps/",
}
"""Where it shows that what another file is judged by was changed, if not in that file."""


def flipped(data: bytes, place: int) -> bytes:
    place = min(place, len(data) - 1)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_a_file_that_is_gone_is_named(bundle: Path) -> None:
    inside = Inside()
    for path in sorted(one for one in bundle.rglob("*") if one.is_file()):
        data = path.read_bytes()
        path.unlink()
        plain = inside.run(str(bundle))
        if path.name != MANIFEST:
            relist(bundle)
        said = inside.run(str(bundle))
        path.write_bytes(data)
        relist(bundle)

        assert (plain.code, said.code) == (1, 1), path
        assert plain.names(str(path.relative_to(bundle))), plain.text
        assert said.names(str(path.relative_to(bundle))), said.text


def test_a_file_too_many_is_named(bundle: Path) -> None:
    for where in ("extra.txt", "ledger/extra.json", "originals/D-9999.png", "timestamps/9-1.tsr"):
        (bundle / where).write_bytes(b"more")
        plain = Inside().run(str(bundle))
        relist(bundle)
        listed = Inside().run(str(bundle))
        (bundle / where).unlink()
        relist(bundle)

        assert (plain.code, listed.code) == (1, 1), where
        assert plain.names(where), plain.text
        assert listed.names(where), listed.text


def test_what_an_operating_system_leaves_behind_is_named_and_no_mismatch(bundle: Path) -> None:
    (bundle / "originals" / ".DS_Store").write_bytes(b"\x00")

    said = Inside().run(str(bundle))

    assert said.code == 3
    assert said.names("originals/.DS_Store")


@pytest.mark.parametrize(
    "act",
    [
        lambda folder: (folder / "originals" / "link").symlink_to("/etc/passwd"),
        lambda folder: (folder / "link").symlink_to(folder),
        lambda folder: os.mkfifo(folder / "originals" / "pipe"),
        lambda folder: (folder / "originals" / os.fsdecode(b"\xff\xfe.png")).write_bytes(b""),
        lambda folder: (folder / "\x1b[2J\u202e.txt").write_bytes(b""),
    ],
)
def test_links_pipes_and_strange_names_are_named_and_never_followed(
    bundle: Path, act: Callable[[Path], object]
) -> None:
    act(bundle)

    said = checked(bundle)

    assert said.code == 1
    assert "\x1b" not in said.text
    assert "\u202e" not in said.text


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "a\\b", "a//b", "./a", "C:a"])
def test_a_manifest_that_points_elsewhere_is_refused(bundle: Path, name: str) -> None:
    manifest = bundle / MANIFEST
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  {name}\n")

    said = Inside().run(str(bundle))

    assert said.code == 1
    assert said.names(MANIFEST)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"items": ' + b"9" * 100_000 + b"}",
        b'{"items": NaN}',
        b'{"items": [1, 2]}',
        b'{"items": [{"number": "D-0001"}], "export": {}}',
        b'{"entries": [{"position": 1}]}',
        b'{"proofs": 3, "stamps": [3]}',
        b'{"proofs": [{"size": 1e400, "path": [7]}]}',
        b'{"stamps": [{"size": 1, "token": "check.py", "certificates": "check.py"}]}',
        b"\xff\xfe",
    ],
)
def test_json_of_any_shape_gets_an_answer(bundle: Path, text: bytes) -> None:
    for path in sorted(bundle.rglob("*.json")):
        if path.parent.name == "readings" or "readings" in path.parts:
            continue
        data = path.read_bytes()
        path.write_bytes(text)
        relist(bundle)
        said = Inside().run(str(bundle))
        path.write_bytes(data)

        assert said.code == 1, path
        assert said.names(str(path.relative_to(bundle))), said.text
