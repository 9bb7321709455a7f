"""A log of a million entries: checking its leaves, and proving one of them."""

import gc
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event

from archive import schema
from archive.database import Database
from archive.ledger import merkle
from archive.ledger.checkpoint import Signer
from archive.ledger.checks.findings import Findings
from archive.ledger.checks.head import check_head, read_signed
from archive.ledger.checks.source import opened
from archive.ledger.checks.tree import check_tree
from archive.ledger.entries import Leaf
from archive.ledger.log import prove
from archive.records.columns import timestamp
from tests.bench.figures import Figure
from tests.bench.timing import best_of

ENTRIES = 1_000_000
ROUNDS = 5
MOMENT = timestamp(datetime(2026, 11, 21, tzinfo=UTC))


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        signer = Signer("vaern.example", Ed25519PrivateKey.generate())
        database = Database(f"sqlite:///{folder}/log.db", signer)
        with closing(database):
            schema.migrate(database)
            _fill(database, signer)
            return [_check(database), _proof(database)]


def _leaves() -> Iterator[bytes]:
    for number in range(ENTRIES):
        digest = hashlib.sha256(b"%d" % number).hexdigest()
        yield Leaf("evidence.received", MOMENT, digest).to_bytes()


def _fill(database: Database, signer: Signer) -> None:
    """Write the log as `append_collected` would, without the details."""
    edge = merkle.Edge()
    with closing(database.engine.raw_connection()) as link:
        cursor = link.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for position, leaf in enumerate(_leaves()):
            cursor.execute("INSERT INTO ledger_entries VALUES (?, ?)", (position, leaf))
            for node in edge.append(merkle.leaf_hash(leaf)):
                cursor.execute("INSERT INTO ledger_nodes VALUES (?, ?, ?)", node)
        root = edge.root()
        cursor.execute(
            "INSERT INTO ledger_head (id, origin, public_key, size, root, edge, note)"
            " VALUES (1, ?, ?, ?, ?, ?, ?)",
            (
                signer.origin,
                signer.public_key,
                edge.size,
                root,
                edge.to_bytes(),
                signer.sign(edge.size, root),
            ),
        )
        link.commit()


def _check(database: Database) -> Figure:
    leaves = list(_leaves())
    gc.freeze()  # the floor's million leaves must not be walked through while we check

    def bare() -> None:
        for leaf in leaves:
            hashlib.sha256(leaf).digest()

    def check() -> None:
        findings = Findings()
        with opened(database) as source:
            signed = read_signed(source, findings, None, None)
            check_head(findings, signed, check_tree(source, findings))
        if findings.found:
            raise AssertionError(f"a sound log has findings: {findings.found}")

    floor, ours = best_of(ROUNDS, bare, check)
    return Figure(
        "check of 1 M entries (leaves, nodes, head) over bare hashing of the leaves",
        ours / floor,
        5,
        f"{ours:.2f} s over {floor:.2f} s",
        at_most=True,
    )


def _proof(database: Database) -> Figure:
    statements: list[str] = []
    event.listen(
        database.read_only_engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_rest: statements.append(statement),
    )
    with database.reading() as session:
        proof = prove(session, 654_321)
    rows = sum(statement.lstrip().startswith("SELECT") for statement in statements)
    height = (ENTRIES - 1).bit_length()
    return Figure(
        "rows read by an inclusion proof at 1 M entries over the height of the tree",
        rows / height,
        3,
        f"{rows} rows, {len(proof.path)} hashes, height {height}",
        at_most=True,
    )
