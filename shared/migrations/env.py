"""Alembic's way in: the runner has opened the transaction, and ends it."""

from alembic import context

given = context.config.attributes
context.configure(connection=given["connection"], target_metadata=given["metadata"])
context.run_migrations()
