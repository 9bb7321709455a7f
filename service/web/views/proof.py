"""The ledger's proof of a receipt, and who outside holds its heads."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OutsideSeal:
    """A signed head that left the machine: who holds it, since when, for how many entries."""

    holder: str
    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The ledger's proof of the receipt (RFC 9162 §2.1.3).

    Attributes:
        position: The receipt's entry number, from 0.
        leaf_hash: Hexadecimal.
        path: The inclusion proof, hexadecimal hashes from the leaf upwards.
        tree_size: Entries under the head.
        root_hash: Hexadecimal.
        head_at: When the head was signed.
        key_fingerprint: Of the signing key, to compare with the municipality's website.
        outside: Heads that stand outside; empty means that the chain proves nothing against
            its owner, and the page says so.
    """

    position: int
    leaf_hash: str
    path: tuple[str, ...]
    tree_size: int
    root_hash: str
    head_at: datetime
    key_fingerprint: str
    outside: tuple[OutsideSeal, ...] = ()
