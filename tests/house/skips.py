"""Under `CI=true` a skipped test fails, unless `allowed_skips.toml` names it with a reason.

A suite that skips what it cannot do here would be green on a machine that checks nothing.
"""

import os
import tomllib
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ALLOWED = Path(__file__).parents[1] / "allowed_skips.toml"


def allowed_skips(path: Path = ALLOWED) -> dict[str, str]:
    """Return test id → reason; an entry without both is an error, not an empty permission."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("skip", [])
    allowed = {entry["test"]: entry["reason"].strip() for entry in entries}
    if not all(allowed.values()):
        raise ValueError(f"{path.name}: every skip needs its reason")
    return allowed


def names(allowed: Mapping[str, str], nodeid: str) -> bool:
    """Say whether a test, its parametrised kin or its file is named."""
    return any(nodeid == test or nodeid.startswith((f"{test}[", f"{test}::")) for test in allowed)


@dataclass(frozen=True, eq=False)  # pytest keeps plugins in sets: one is itself only
class Skips:
    """The plugin: turns a skip that nobody allowed into a failure."""

    strict: bool
    allowed: Mapping[str, str]

    @classmethod
    def from_environment(cls) -> "Skips":
        return cls(os.environ.get("CI", "").lower() == "true", allowed_skips())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if not hasattr(report, "wasxfail"):
            self._refuse(report, item.nodeid)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        self._refuse(report, collector.nodeid)
        return report

    def _refuse(self, report: pytest.TestReport | pytest.CollectReport, nodeid: str) -> None:
        if self.strict and report.outcome == "skipped" and not names(self.allowed, nodeid):
            report.outcome = "failed"
            report.longrepr = (
                f"{nodeid} was skipped, and CI lets no test be skipped unless "
                f"tests/allowed_skips.toml names it. It said: {_reason(report.longrepr)}"
            )


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
