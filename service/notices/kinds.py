"""Every kind of mail that we send: which leave at once and why, which wait for working hours."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

RECEIPT: Final = "receipt"
ALERT: Final = "alert"
HANDLER: Final = "case.handler"
DEADLINE: Final = "case.deadline"
BACK: Final = "away.back"
UNREACHABLE: Final = "mail.unreachable"
SEVERAL: Final = "several"
"""The mail that carries several tellings."""


class Outcome(StrEnum):
    """How a telling ended."""

    TOLD = "told"
    HINTED = "hinted"
    """Whoever answers has no right to the case: they were told that something waits."""
    MOOT = "moot"
    """There was nothing left to tell."""
    NOBODY = "nobody"
    """Nobody could be reached for so long that it is tried no more."""


AT_ONCE: Final = MappingProxyType(
    {
        RECEIPT: "whoever hands something in hears within a minute that it is safe (A1)",
        ALERT: "somebody may be in danger",
        "sign_in.changed": "only the owner of an account can stop somebody else who uses it",
        "viewing.unusual": "if it is a breach, 72 hours run from now (GDPR art. 33(1))",
        "glass.broken": "likewise; and the glass shuts again before many a weekend is over",
        "head.alarm": "an archive that contradicts its seal may be a breach, likewise",
        "head.witness": "a witness keeps it; nobody is to read it now",
        "person.invited": "somebody has just asked for it, and its link does not last",
        "sealed_account.opened": "if it is a breach, 72 hours run from now",
        "token.made": "likewise",
        "right.changed": "likewise",
    }
)
"""The kinds that ask no hours, each with its reason (decision 0038).

A kind that stands in no table leaves at once too: nothing is late because somebody forgot a line.
A test finds it, and what stands here and is sent by nobody.
"""

OWN: Final = MappingProxyType(
    {
        "case.changed": "it is about them: nobody stands in for that",
        "right.waits": "others are asked as well",
    }
)
"""The kinds that wait for the hours of the one whom they are for, and go to nobody else."""

ORDINARY: Final = MappingProxyType(
    {
        HANDLER: "a case waits for whoever takes care of it",
        DEADLINE: "a deadline of the case comes near; it is told before it runs out",
        "safety.case": "a representative hears of a case within one working day",
        "safety.violence": "likewise, after violence",
        BACK: "what somebody else got while one was away",
        UNREACHABLE: "whoever runs Værn is to mend an address",
    }
)
"""The kinds that wait for the hours of whoever gets them."""
