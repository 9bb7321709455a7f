"""How much one confined reading may use."""

from dataclasses import asdict, dataclass
from typing import Any, Self

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one item; sizes in bytes, times in seconds.

    `memory` comes on top of what the starter itself maps (interpreter and
    parsers), so that it means the same whichever parsers are loaded. `gives_way`
    lets every process of ordinary importance go first. `threads` says how many
    threads the reader may have: most have their one; what decodes HEIC wants more.
    """

    input: int = 128 * MIB
    output: int = 80 * MIB
    memory: int = 512 * MIB
    cpu_seconds: int = 10
    wall_seconds: float = 20.0
    gives_way: bool = False
    threads: int = 1

    def as_facts(self) -> dict[str, Any]:
        """Return the plain values that travel to the starter."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """Return the limits that `as_facts` described."""
        return cls(**facts)
