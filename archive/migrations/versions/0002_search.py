"""The search index, made by hand: FTS5 on SQLite, tsvector under GIN on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE = (
    # ascii: our own words reach it whole; it splits at the spaces that we put between them.
    """CREATE VIRTUAL TABLE search_index
    USING fts5(exact, lemmas, about, tokenize='ascii', prefix='2 3')""",
    # What is deleted leaves the index at once, not when segments are merged some day.
    "INSERT INTO search_index(search_index, rank) VALUES('secure-delete', 1)",
    """CREATE TABLE search_items
    (place INTEGER PRIMARY KEY NOT NULL, evidence_id CHAR(32) NOT NULL UNIQUE)""",
)
_POSTGRESQL = (
    """CREATE TABLE search_index (
        place BIGINT PRIMARY KEY, exact TEXT NOT NULL, about TEXT NOT NULL,
        exact_words TSVECTOR NOT NULL, lemma_words TSVECTOR NOT NULL, about_words TSVECTOR NOT NULL
    )""",
    # Without a pending list: a search must not read what waits to be sorted in.
    """CREATE INDEX ix_search_index_words ON search_index
    USING gin (exact_words, lemma_words, about_words) WITH (fastupdate = off)""",
    "CREATE TABLE search_items (place BIGINT PRIMARY KEY, evidence_id UUID NOT NULL UNIQUE)",
)


def upgrade() -> None:
    statements = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_items")
    op.execute("DROP TABLE search_index")
