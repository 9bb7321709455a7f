"""Alembic's entry: runs on the connection that `archive.schema` hands in."""

from alembic import context

from archive.records import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=False, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
