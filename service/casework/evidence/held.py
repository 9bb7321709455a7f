"""What is asked of sealed bytes right before they are registered, and what becomes of them else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archive.errors import ObjectMissing
from archive.intake.receive import Held
from service.errors import UploadGone
from service.installation import Installation


@contextmanager
def removed_where_refused(installation: Installation, held: Held) -> Iterator[None]:
    """Remove sealed bytes where what is asked before they are registered refuses them.

    The registering itself stands outside: it removes them by itself, or knows why they stay.
    """
    try:
        yield
    except BaseException:
        installation.vault.discard(held.sealed.name, held.sealed.segments)
        raise


def require_all_here(installation: Installation, held: Held) -> None:
    """Raise `UploadGone` where a sealed segment lies in the store no longer.

    What nobody has registered is swept after `archive.clearing.ORPHAN_AGE`: nothing is
    acknowledged whose first bytes that may have reached.
    """
    try:
        installation.vault.require_all(held.sealed)
    except ObjectMissing as missing:
        raise UploadGone from missing
