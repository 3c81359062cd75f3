"""What Alembic runs: the steps, on the connection and in the transaction that `migrate` gives."""

from alembic import context

from frontdesk.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
