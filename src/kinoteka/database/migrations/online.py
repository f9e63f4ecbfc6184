"""Migration steps that do not block readers and writers of a large table.

Each step describes its behaviour on PostgreSQL. On SQLite, one process owns the file and migrates
before it serves, so the steps are simple. docs/development.md has the rules. A step that leaves the
migration's transaction can be repeated after an interruption, so it must be the last or only one.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

BATCH = 5_000


def create_index_concurrently(
    name: str, table: str, columns: Sequence[str], *, unique: bool = False, **options: Any
) -> None:
    """Build an index while the table is in use.

    It waits for running transactions and blocks none. An invalid index of an interrupted attempt is
    dropped first. `options` are engine options such as `postgresql_using` and `sqlite_where`.
    """
    if not _on_postgresql():
        op.create_index(name, table, columns, unique=unique, **options)
        return
    with _without_lock_timeout():
        if _index_is_valid(name) is False:
            op.drop_index(name, postgresql_concurrently=True)
        op.create_index(
            name,
            table,
            columns,
            unique=unique,
            postgresql_concurrently=True,
            if_not_exists=True,
            **options,
        )


def drop_index_concurrently(name: str, table: str) -> None:
    """Drop an index while the table is in use."""
    if not _on_postgresql():
        op.drop_index(name, table)
        return
    with _without_lock_timeout():
        op.drop_index(name, postgresql_concurrently=True, if_exists=True)


def add_foreign_key(
    name: str, table: str, column: str, target: str, *, on_delete: str = "CASCADE"
) -> None:
    """Add a foreign key to the ids of another table.

    A short lock makes the key apply to new rows. Existing rows are validated afterwards, while both
    tables are in use.
    """
    if not _on_postgresql():
        with op.batch_alter_table(table) as altered:
            altered.create_foreign_key(name, target, [column], ["id"], ondelete=on_delete)
        return
    if not _constraint_exists(name, table):
        op.create_foreign_key(
            name, table, target, [column], ["id"], ondelete=on_delete, postgresql_not_valid=True
        )
    _validate(table, name)


def set_not_null(table: str, column: str) -> None:
    """Set a filled column to NOT NULL.

    PostgreSQL trusts a constraint that was validated before, so it does not scan the table under a
    lock.
    """
    if not _on_postgresql():
        with op.batch_alter_table(table) as altered:
            altered.alter_column(column, nullable=False)
        return
    name = f"ck_{table}_{column}_filled"
    if not _constraint_exists(name, table):
        filled = sa.column(column).is_not(None)
        op.create_check_constraint(op.f(name), table, filled, postgresql_not_valid=True)
    _validate(table, name)
    op.alter_column(table, column, nullable=False)
    op.drop_constraint(op.f(name), table, type_="check")


def update_in_batches(table: str, change: str, *, where: str = "true", batch: int = BATCH) -> None:
    """Run `UPDATE table SET change WHERE where`, some thousand ids of the table at a time.

    Each batch is a transaction of its own, so that no row is locked for long. `where` leaves out
    what is done already.
    """
    quoted = op.get_context().impl.dialect.identifier_preparer.quote(table)
    update = f"UPDATE {quoted} SET {change} WHERE id BETWEEN :first AND :last AND ({where})"
    run_in_batches(table, update, batch=batch)


def run_in_batches(table: str, statement: str, *, batch: int = BATCH) -> None:
    """Run a statement for some thousand ids of the table at a time (`:first` to `:last`).

    Each batch is a transaction of its own. The statement must allow its repetition.
    """
    quoted = op.get_context().impl.dialect.identifier_preparer.quote(table)
    last = op.get_bind().execute(sa.text(f"SELECT coalesce(max(id), 0) FROM {quoted}")).scalar_one()
    with _without_lock_timeout():
        for first in range(1, last + 1, batch):
            given = {"first": first, "last": first + batch - 1}
            op.get_bind().execute(sa.text(statement), given)


def for_each_batch(
    table: str, work: Callable[[int, int], None], *, after: int = 0, batch: int = BATCH
) -> None:
    """Call `work` with the first and the last id of a batch, for all ids of the table after one.

    On PostgreSQL each statement of `work` is a transaction of its own. It must allow its
    repetition.
    """
    last = op.get_bind().execute(sa.text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()
    with _without_lock_timeout():
        for first in range(after + 1, last + 1, batch):
            work(first, first + batch - 1)


def fill_in_batches(
    table: str, source: str, target: str, compute: Callable[[str], str], *, batch: int = BATCH
) -> None:
    """Set a text column to what Python computes from another one, some thousand ids at a time.

    Rows whose source is NULL, or whose target is filled, stay as they are. On PostgreSQL each
    batch is a transaction of its own.
    """
    last = op.get_bind().execute(sa.text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()
    select = sa.text(
        f"SELECT id, {source} FROM {table} WHERE id BETWEEN :first AND :last "
        f"AND {source} IS NOT NULL AND {target} IS NULL ORDER BY id"
    )
    with _without_lock_timeout():
        for first in range(1, last + 1, batch):
            rows = op.get_bind().execute(select, {"first": first, "last": first + batch - 1})
            computed = [
                {"id": row_id, "source": text, "target": compute(text)} for row_id, text in rows
            ]
            if computed:
                _write_batch(table, source, target, computed)


def _write_batch(table: str, source: str, target: str, rows: list[dict[str, Any]]) -> None:
    # In one statement, so that it is one transaction where each statement is one; of rows that
    # others have changed since they were read, none is written.
    unpack = (
        "json_to_recordset(:rows) AS new(id bigint, source text, target text)"
        if _on_postgresql()
        else "(SELECT value ->> 'id' AS id, value ->> 'source' AS source, "
        "value ->> 'target' AS target FROM json_each(:rows)) AS new"
    )
    update = sa.text(
        f"UPDATE {table} SET {target} = new.target FROM {unpack} "
        f"WHERE {table}.id = new.id AND {table}.{source} = new.source "
        f"AND {table}.id BETWEEN :first AND :last"
    )
    given = {"rows": json.dumps(rows), "first": rows[0]["id"], "last": rows[-1]["id"]}
    op.get_bind().execute(update, given)


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


@contextmanager
def _without_lock_timeout() -> Iterator[None]:
    """Leave the migration's transaction and wait for locks without a timeout.

    Nothing waits for the statements in this block.
    """
    if not _on_postgresql():
        yield
        return
    usual = op.get_bind().execute(sa.text("SHOW lock_timeout")).scalar_one()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            op.execute(f"SET lock_timeout = '{usual}'")


def _index_is_valid(name: str) -> bool | None:
    """Return whether an index is valid, or None if it does not exist."""
    query = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    return op.get_bind().execute(query, {"name": f'"{name}"'}).scalar()


def _constraint_exists(name: str, table: str) -> bool:
    query = sa.text(
        "SELECT count(*) FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:of)"
    )
    given = {"name": name, "of": f'"{table}"'}
    return bool(op.get_bind().execute(query, given).scalar())


def _validate(table: str, name: str) -> None:
    with _without_lock_timeout():
        op.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')
