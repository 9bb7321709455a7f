"""A figure of a benchmark: a ratio to a floor that was measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ratio` against `bar`; `at_most` says that smaller is better."""

    name: str
    ratio: float
    bar: float
    details: str = ""
    at_most: bool = False

    @property
    def ok(self) -> bool:
        """Whether the bar is reached."""
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar

    def line(self) -> str:
        """Return the figure as one line of the report."""
        sign = "≤" if self.at_most else "≥"
        mark = "ok  " if self.ok else "MISS"
        return f"{mark} {self.ratio:8.2f}  ({sign} {self.bar:g})  {self.name}  {self.details}"
