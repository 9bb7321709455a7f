"""Tests that share a service or a browser go to one worker, whatever pytest calls them.

pytest-xdist 3.8 tells groups by a suffix that it writes into a private field of
each test; pytest 9.2 has that field no longer, and the groups fell apart unseen.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_GROUP = re.compile(r"""xdist_group\(["']([\w-]+)["']\)""")


@cache
def group_of(path: Path) -> str | None:
    """Return the group that a file names for all of its tests, if it names one."""
    found = _GROUP.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else None


class Grouped(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """One unit of work for each group, and for each test without one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return group_of(Path(self.config.rootpath) / file) or nodeid
