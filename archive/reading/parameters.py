"""What travels with a media type: `video/mp4; size=1200` (RFC 2045 §5.1, RFC 2183 §2.7)."""

import re

_SIZE = re.compile(r";\s*size=(\d{1,15})")


def with_size(media_type: str, size: int) -> str:
    """Return a media type that tells the item's size in bytes too."""
    return f"{media_type}; size={size}"


def size_in(media_type: str) -> int | None:
    """Return the size that travels with a media type."""
    found = _SIZE.search(media_type)
    return int(found[1]) if found else None
