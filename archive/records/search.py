"""The search index, derived from what is kept: in no backup, bound by no ledger entry.

Its tables stand in metadata of their own, for they differ between the databases (migration
0002). `place` orders all evidence by the moment of its receipt, so that the newest hits are
read first and no others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Work

_INDEX: Final = MetaData()

SEARCH_ITEMS: Final = Table(
    "search_items",
    _INDEX,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("evidence_id", Uuid, unique=True, nullable=False),
)
"""Which evidence stands at which place."""

WORDS_SQLITE: Final = Table(
    "search_index",
    _INDEX,
    Column("rowid", BigInteger, primary_key=True, key="place"),
    Column("exact", Text),
    Column("lemmas", Text),
    Column("about", Text),
)
"""FTS5: words as written, their basic forms, and tokens that say whose it is and what kind."""

WORDS_POSTGRESQL: Final = Table(
    "search_index",
    MetaData(),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("exact", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("exact_words", TSVECTOR, nullable=False),
    Column("lemma_words", TSVECTOR, nullable=False),
    Column("about_words", TSVECTOR, nullable=False),
)
"""The same for PostgreSQL: three lists of words under one GIN index, and the words in order."""

TABLES: Final = frozenset({"search_items", "search_index"})


def is_of_the_index(table: str | None) -> bool:
    """Tell whether a table belongs to the index, those that FTS5 keeps for itself included."""
    return table is not None and (table in TABLES or table.startswith("search_index_"))


class ReindexRecord(Base, Work):
    """One making anew of the search index: how far it is."""

    __tablename__ = "reindexings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(120))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
