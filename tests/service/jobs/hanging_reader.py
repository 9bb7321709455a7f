"""A reader that hangs on every item, however small: what the worst of parsers does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, BinaryIO


def hang(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell that it began, and never end; a starter's own sample has no media type, and passes."""
    del source
    yield {"before": True}
    if media_type:
        time.sleep(3600)
