"""Alembic's entry: always run by `store.migrations`, on the connection that it gives."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # On SQLite, too, where Alembic does not expect it: the connection comes in a transaction.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
