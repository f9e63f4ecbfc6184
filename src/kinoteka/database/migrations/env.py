"""What Alembic runs: the migrations, on the connection that `migrate` opened."""

from alembic import context

from kinoteka.database.schema import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "sqlite":
    # One transaction for all of it: a migration that fails half-way leaves nothing behind.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
    connection.exec_driver_sql("COMMIT")
else:
    # One transaction each, which a migration may leave to build an index CONCURRENTLY
    # (`online.py`).
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
