"""Every kind of mail that we send: which leave at once and why, which wait for working hours."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from service.notices import safety, sealing, security, watching

RECEIPT: Final = "receipt"
ALERT: Final = "alert"
HANDLER: Final = "case.handler"
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
        security.KIND: "only the owner of an account can stop somebody else who uses it",
        watching.UNUSUAL: "if it is a breach, 72 hours run from now (GDPR art. 33(1))",
        watching.GLASS: "likewise; and the glass shuts again before many a weekend is over",
        sealing.ALARM: "an archive that contradicts its seal may be a breach, likewise",
        sealing.WITNESS: "a witness keeps it; nobody is to read it now",
    }
)
"""The kinds that ask no hours, each with its reason (decision 0038).

A kind that stands in neither table leaves at once too: nothing is late because somebody forgot a
line. A test finds it.
"""

ORDINARY: Final = MappingProxyType(
    {
        HANDLER: "a case waits for whoever takes care of it",
        safety.KIND: "a representative hears of a case within one working day",
        safety.VIOLENCE: "likewise, after violence",
        BACK: "what somebody else got while one was away",
        UNREACHABLE: "whoever runs Værn is to mend an address",
    }
)
"""The kinds that wait for the hours of whoever gets them."""
