"""Paths of many entries read at once are those that the ledger's own proofs give one by one."""

from __future__ import annotations

from archive.export.paths import Tree, leaves_at
from archive.ledger import merkle
from archive.ledger.log import record
from tests.archive.house import NOW, House

ENTRIES = 37


def test_every_path_and_proof_of_growth_is_the_one_of_the_rfc(archive_house: House) -> None:
    with archive_house.database.writing() as writing:
        for number in range(ENTRIES):
            record(writing, "evidence.viewed", at=NOW, subject=f"evidence:{number}")
    with archive_house.database.reading() as session:
        everything = list(range(ENTRIES))
        leaves = [merkle.leaf_hash(leaf) for _, leaf in leaves_at(session, everything)]

        def node(level: int, number: int) -> bytes:
            if level == 0:
                return leaves[number]
            return merkle.node_hash(node(level - 1, 2 * number), node(level - 1, 2 * number + 1))

        for size in range(1, ENTRIES + 1):
            positions, olds = range(size), range(1, size + 1)
            paths, growth = Tree(session, size).gather(positions, olds)

            assert paths == {
                one: merkle.inclusion_proof(node, index=one, size=size) for one in positions
            }
            assert growth == {
                old: merkle.consistency_proof(node, old=old, new=size) for old in olds
            }
