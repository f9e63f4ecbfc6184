"""The Alembic environment: run migrations on the connection that `migrate` opened."""

from alembic import context

from kinoteka.database.schema import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "sqlite":
    # One transaction for all migrations, so that a failure leaves no partial changes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
    connection.exec_driver_sql("COMMIT")
else:
    # One transaction per migration. A migration may leave it to build an index CONCURRENTLY
    # (see `online.py`).
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
