"""What Alembic runs: the migrations, on the connection that `migrate` opened."""

from alembic import context

from kinoteka.storage.schema import metadata

# A migration that cannot have its lock soon is to fail, rather than let everybody queue behind it.
LOCK_TIMEOUT = "SET lock_timeout = '3s'"

connection = context.config.attributes["connection"]
if connection.dialect.name == "sqlite":
    # One transaction for all of it: a migration that fails half-way leaves nothing behind.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
    connection.exec_driver_sql("COMMIT")
else:
    # One transaction each, which a migration may leave (`autocommit_block`) to build an index
    # CONCURRENTLY.
    connection.exec_driver_sql(LOCK_TIMEOUT)
    connection.commit()
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
