"""Logs longer than the pieces in which they are checked."""

from pathlib import Path

import pytest
from sqlalchemy import insert

from archive.database import Database
from archive.ledger import merkle
from archive.ledger.checks.findings import Findings
from archive.ledger.checks.source import opened
from archive.ledger.checks.tree import CHUNK, check_tree
from archive.records.ledger import LedgerEntryRecord, LedgerNodeRecord
from tests.databases import SQLiteBlanks


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 77])
def test_a_long_log_is_checked_in_pieces_that_fit_together(
    sqlite_blanks: SQLiteBlanks, tmp_path: Path, size: int
) -> None:
    edge, roots = merkle.Edge(), {}
    wanted = {1, CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + 5000, 2 * CHUNK, 2 * CHUNK + 3, size}
    leaves, nodes = [], []
    for position in range(size):
        leaf = b"leaf %d" % position
        leaves.append({"position": position, "leaf": leaf})
        for level, number, value in edge.append(merkle.leaf_hash(leaf)):
            nodes.append({"level": level, "number": number, "hash": value})
        if edge.size in wanted:
            roots[edge.size] = edge.root()
    database = Database(sqlite_blanks.url(tmp_path))
    with database.engine.begin() as link:
        link.execute(insert(LedgerEntryRecord), leaves)
        link.execute(insert(LedgerNodeRecord), nodes)
    findings = Findings()

    with opened(database) as source:
        tree = check_tree(source, findings, wanted)
    database.close()

    assert not findings.found
    assert (tree.size, tree.root, tree.edge) == (size, edge.root(), edge.to_bytes())
    assert {one: tree.roots[one] for one in roots} == roots
