"""A post, as it was read from a page: the citable item of a visit (DESIGN §3.8, §5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page in CSS pixels from its top left corner; fractions are usual."""

    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """The y beneath the last row."""
        return self.y + self.height

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be seen in it."""
        return self.width < 1 or self.height < 1


@dataclass(frozen=True, slots=True)
class Post:
    """One post or comment. What could not be read is None, never guessed.

    `id` is unique in its capture and stays the same in the next one as long as
    the page gives the post an address or a name of its own. `time` is RFC 3339;
    `time_stated` is what the page shows. `parent` is the `id` of the post that
    this one answers. `box` is the post's own part of the page, without replies.
    """

    id: str
    author: str | None
    author_url: str | None
    permalink: str | None
    time: str | None
    time_stated: str | None
    text: str
    parent: str | None
    box: Box | None

    @property
    def text_sha256(self) -> str:
        """SHA-256 over the UTF-8 of the text, lower-case hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def as_json(self, *, picture: str | None, picture_sha256: str | None) -> dict[str, Any]:
        """The post as it stands in `posts.json` (DESIGN §5)."""
        return {
            "id": self.id,
            "author": self.author,
            "author_url": self.author_url,
            "permalink": self.permalink,
            "time": self.time,
            "time_stated": self.time_stated,
            "text": self.text,
            "parent": self.parent,
            "text_sha256": self.text_sha256,
            "picture_sha256": picture_sha256,
            "picture": picture,
        }
