"""The lock files: no version with a known hole, nothing that is one machine's own."""

import json
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]

FLOORS = {
    "python-multipart": ("0.0.26", "CVE-2026-24486 traversal, CVE-2026-40347 preamble without end"),
    "starlette": ("0.49.1", "CVE-2025-62727 quadratic Range, CVE-2024-47874 form without limit"),
    "jinja2": ("3.1.6", "CVE-2025-27516 sandbox left by a filter"),
    "aiosmtpd": ("1.4.6", "CVE-2024-27305 smuggling, CVE-2024-34083 commands before STARTTLS"),
    "h11": ("0.16.0", "CVE-2025-43859 chunked bodies read loosely"),
}
"""Package → first version without the hole named beside it."""


def locked() -> dict[str, Version]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    return {package["name"]: Version(package["version"]) for package in lock["package"]}


@pytest.mark.parametrize("name", FLOORS)
def test_no_locked_version_has_a_hole_that_is_known(name: str) -> None:
    floor, hole = FLOORS[name]

    assert locked()[name] >= Version(floor), hole


def test_every_locked_file_has_its_hash() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    files = [
        file
        for package in lock["package"]
        for file in [*package.get("wheels", []), package.get("sdist")]
        if file
    ]

    assert files
    assert [file for file in files if not file.get("hash", "").startswith("sha256:")] == []


def test_the_front_end_lock_names_no_registry_and_hashes_every_package() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    installed = {name: entry for name, entry in packages.items() if name}

    assert installed
    assert [name for name, entry in installed.items() if "resolved" in entry] == []
    assert [name for name, entry in installed.items() if "integrity" not in entry] == []
