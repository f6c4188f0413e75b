"""What Alembic runs: the migrations, on the connection and in the transaction that were handed to it."""

from alembic import context

from gateway.store.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
