"""Every reason for which a capture ends has words of its own; IT is asked only where it must."""

from __future__ import annotations

import pytest

from capture.outcome import REASONS
from service.web.screens.capture import problem_of
from service.web.views.capture import CaptureProblem

OURS = {"browser_failed", "browser_not_found", "picture_unreadable", "unreadable"}
"""What only those who run Værn can do something about."""


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_reason_says_what_to_do_and_sends_nobody_to_it_for_a_mistyped_address(
    reason: str,
) -> None:
    assert (problem_of(reason) is CaptureProblem.OTHER) == (reason in OURS)
