"""A demonstration's folder is emptied only where a demonstration made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.demonstration.errors import NotADemonstration
from service.demonstration.folder import MARK, make_afresh
from service.installation import AlreadyRunning, sole_server


def test_a_new_folder_is_marked(tmp_path: Path) -> None:
    make_afresh(tmp_path / "data-demo")

    assert (tmp_path / "data-demo" / MARK).is_file()


def test_what_an_earlier_demonstration_left_is_gone(tmp_path: Path) -> None:
    make_afresh(tmp_path)
    (tmp_path / "vaern.db").write_bytes(b"rows")
    (tmp_path / "objects" / "ab").mkdir(parents=True)
    (tmp_path / "objects" / "ab" / "1").write_bytes(b"sealed")

    make_afresh(tmp_path)

    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left - {"keys", "outbox", "serving.lock"} == {MARK}


def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "vaern.db").write_bytes(b"a real municipality")

    with pytest.raises(NotADemonstration):
        make_afresh(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["vaern.db"]
    assert (tmp_path / "vaern.db").read_bytes() == b"a real municipality"


def test_a_way_round_by_a_link_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    make_afresh(real)
    (real / "vaern.db").write_bytes(b"rows")
    (tmp_path / "link").symlink_to(real)

    with pytest.raises(NotADemonstration):
        make_afresh(tmp_path / "link")

    assert (real / "vaern.db").exists()


def test_a_link_inside_is_removed_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept").write_bytes(b"kept")
    make_afresh(tmp_path / "demo")
    (tmp_path / "demo" / "objects").symlink_to(other)

    make_afresh(tmp_path / "demo")

    assert (other / "kept").read_bytes() == b"kept"
    assert not (tmp_path / "demo" / "objects").exists()


def test_a_demonstration_that_is_being_served_is_not_emptied(tmp_path: Path) -> None:
    make_afresh(tmp_path)
    (tmp_path / "vaern.db").write_bytes(b"rows")

    with sole_server(tmp_path), pytest.raises(AlreadyRunning):
        make_afresh(tmp_path)

    assert (tmp_path / "vaern.db").exists()
