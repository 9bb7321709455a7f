from collections.abc import Iterator
from typing import BinaryIO


def read_message(source: BinaryIO, media_type: str) -> Iterator[dict[str, object]]:
    yield {"size": len(source.read())}
