"""Reads `publiccode.yml` as a catalogue would. `python -m tests.house.publiccode`."""

import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
NEEDED = (
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "developmentStatus",
    "softwareType",
    "description",
    "legal",
    "maintenance",
    "localisation",
)
"""The keys that the publiccode.yml standard 0.4 calls mandatory."""


def faults(root: Path = ROOT) -> list[str]:
    """Return what a catalogue would refuse, or what contradicts the project file."""
    data: dict[str, Any] = YAML(typ="safe").load((root / "publiccode.yml").read_text("utf-8"))
    found = [f"missing: {key}" for key in NEEDED if key not in data]
    if data.get("legal", {}).get("license") != "EUPL-1.2":
        found.append("legal.license is not EUPL-1.2")
    for language in ("da", "en"):
        text = data.get("description", {}).get(language, {})
        if not 1 <= len(text.get("shortDescription", "")) <= 150:
            found.append(f"description.{language}.shortDescription is not 1–150 letters")
        if not 150 <= len(text.get("longDescription", "")) <= 10_000:
            found.append(f"description.{language}.longDescription is not 150–10,000 letters")
        if not text.get("features"):
            found.append(f"description.{language}.features is empty")
    return found


def main() -> int:
    found = faults()
    for line in found:
        print(line)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
