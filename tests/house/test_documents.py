"""What newcomers read first must not lead them astray."""

import re
from pathlib import Path

import pytest

from tests.house.publiccode import faults

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_decision_has_context_decision_and_consequences_on_one_page(record: Path) -> None:
    lines = record.read_text("utf-8").splitlines()

    assert len(lines) <= 40
    assert [line for line in lines if line.startswith("## ")] == [
        "## Context",
        "## Decision",
        "## Consequences",
    ]


def test_the_records_are_numbered_without_gaps_and_all_listed() -> None:
    listed = (DECISIONS / "README.md").read_text("utf-8")

    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))
    assert [record.name for record in RECORDS if f"({record.name})" not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text("utf-8"))]
    inside = [target for target in targets if ":" not in target]

    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_the_catalogue_entry_is_complete() -> None:
    assert faults(ROOT) == []


def test_an_incomplete_catalogue_entry_is_found(tmp_path: Path) -> None:
    (tmp_path / "publiccode.yml").write_text("name: Værn\nlegal: {license: MIT}\n", "utf-8")

    found = faults(tmp_path)

    assert "missing: url" in found
    assert "legal.license is not EUPL-1.2" in found


def test_the_licence_is_there_in_full() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")

    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert all(f"\n{number}." in text for number in range(1, 16))
    assert "Appendix" in text
