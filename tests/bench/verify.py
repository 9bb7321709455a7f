"""Checking stored objects: sealed against `hashlib.file_digest`, plain against open and hash."""

import hashlib
import os
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from archive import schema
from archive.database import Database
from archive.intake.receive import About, Envelope, Intake
from archive.ledger.checkpoint import Signer
from archive.ledger.checks.findings import Findings
from archive.ledger.checks.scratch import Scratch
from archive.ledger.checks.stored import ObjectCheck
from archive.ledger.gate import Gate
from archive.ledger.log import open_log
from archive.records.evidence import ObjectRecord, WrappedKeyRecord
from archive.vault.objects import LocalObjects
from archive.vault.sealing import VaultKey, WrappedKey
from archive.vault.vault import Vault, segment_name
from tests.bench.figures import Figure
from tests.bench.timing import best_of

SIZES = [200_000] * 400 + [30_000_000] * 6
"""Pictures and mails of 200 kB, and a few films: 260 MB."""
ROUNDS = 5


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        signer = Signer("vaern.example", Ed25519PrivateKey.generate())
        database = Database(f"sqlite:///{folder}/v.db", signer)
        with closing(database):
            schema.migrate(database)
            with database.writing() as session:
                open_log(session, signer)
            objects = LocalObjects(Path(folder) / "objects")
            objects.prepare()
            key = VaultKey.new()
            vault = Vault(objects, key)
            _fill(database, vault)
            return _measure(database, objects, vault, key)


def _fill(database: Database, vault: Vault) -> None:
    now = datetime.now(UTC)
    with closing(Gate(database)) as gate:
        intake = Intake(vault, gate)
        for number, size in enumerate(SIZES):
            intake.receive(os.urandom(size), About(), Envelope("bench", facts={"n": number}), now)


def _measure(
    database: Database, objects: LocalObjects, vault: Vault, key: VaultKey
) -> list[Figure]:
    with database.reading() as session:
        rows = session.scalars(select(ObjectRecord)).all()
        wrapped = {row.evidence_id: row for row in session.scalars(select(WrappedKeyRecord))}
    files = [
        objects.path(segment_name(row.name, number))
        for row in rows
        for number in range(row.segments)
    ]

    def digest_files() -> None:
        for file in files:
            with file.open("rb") as opened:
                hashlib.file_digest(opened, "sha256").hexdigest()

    def open_and_hash() -> None:
        for row in rows:
            digest, of = hashlib.sha256(), wrapped[row.evidence_id]
            own = vault.unwrap(WrappedKey(of.key_id, of.wrapped))
            for number in range(row.segments):
                sealed = objects.path(segment_name(row.name, number)).read_bytes()
                digest.update(own.open(sealed))

    def check(vault_key: VaultKey | None) -> None:
        findings = Findings()
        with closing(Scratch()) as scratch:
            ObjectCheck(database, objects, findings, vault_key=vault_key).run(scratch)
        if findings.found:
            raise AssertionError(f"sound objects have findings: {findings.found}")

    floor, sealed, plain_floor, plain = best_of(
        ROUNDS, digest_files, lambda: check(None), open_and_hash, lambda: check(key)
    )
    megabytes = sum(SIZES) / 1e6
    return [
        Figure(
            "sealed check of verify over hashlib.file_digest",
            floor / sealed,
            0.7,
            f"{megabytes / sealed:.0f} MB/s over {megabytes / floor:.0f} MB/s",
        ),
        Figure(
            "plain check of verify over opening and hashing",
            plain_floor / plain,
            0.7,
            f"{megabytes / plain:.0f} MB/s over {megabytes / plain_floor:.0f} MB/s",
        ),
    ]
