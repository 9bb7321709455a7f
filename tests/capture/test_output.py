from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from capture.output import FolderNotEmpty, FolderOutput, MemoryOutput


def test_a_folder_is_made_and_filled(tmp_path: Path) -> None:
    output = FolderOutput(tmp_path / "ny" / "mappe")
    file = output.write("posts/p1.png", b"billede")
    assert (tmp_path / "ny/mappe/posts/p1.png").read_bytes() == b"billede"
    assert (file.name, file.size) == ("posts/p1.png", 7)
    assert file.sha256 == hashlib.sha256(b"billede").hexdigest()


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noget").touch()
    with pytest.raises(FolderNotEmpty):
        FolderOutput(tmp_path)


def test_no_file_is_written_over_another(tmp_path: Path) -> None:
    for output in (FolderOutput(tmp_path / "ud"), MemoryOutput()):
        output.write("page.png", b"1")
        with pytest.raises(FileExistsError):
            output.write("page.png", b"2")
