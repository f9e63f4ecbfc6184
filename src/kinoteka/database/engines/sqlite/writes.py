"""Writes on the writer's connection: single units of work, and groups that commit together.

Everything here runs in the writer's thread.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from kinoteka.database.interface import Rows, Write
from kinoteka.database.statement import Compiled
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.disk import DISK_FAILURE_CODES, DISK_STATE, primary_code

Outcome = list[Rows] | Exception
"""The rows of each statement of a unit of work that was committed, or why it was not."""

encode = msgspec.json.Encoder().encode


def bound(compiled: Compiled, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return all parameters for the driver, with lists as JSON (see `statement.in_list`)."""
    values = {**compiled.fixed, **parameters}
    for name, value in values.items():
        if type(value) is list:
            values[name] = encode(value).decode() if value else "[]"
    return values


def run_writes(connection: sqlite3.Connection, writes: Sequence[Write]) -> list[Rows]:
    """Run statements and return the rows of each.

    Raises:
        Conflict: a key rejected a row; or the domain error that the write names for this.
        DomainError: a write that needs a row returned none.
    """
    results = []
    for write in writes:
        try:
            values = bound(write.compiled, write.parameters)
            rows = connection.execute(write.compiled.sql, values).fetchall()
        except sqlite3.IntegrityError as error:
            raise write.rejection(violated_columns(error)) from error
        results.append(write.require_row(rows))
    return results


def commit_group(connection: sqlite3.Connection, units: Sequence[Sequence[Write]]) -> list[Outcome]:
    """Commit several units of work in one transaction, and return the outcome of each.

    A unit that fails is undone by itself. If the transaction fails as a whole, for example on a
    full disk, each unit is committed in a transaction of its own.
    """
    if len(units) == 1:
        return [_commit_alone(connection, units[0])]
    try:
        return _commit_together(connection, units)
    except Exception as error:
        if isinstance(error, sqlite3.Error) and primary_code(error) == sqlite3.SQLITE_BUSY:
            return [error] * len(units)  # each would wait again
    return [_commit_alone(connection, writes) for writes in units]


def end_transaction(connection: sqlite3.Connection, how: str) -> None:
    """Run COMMIT or ROLLBACK, if a transaction is open. No transaction is open afterwards."""
    try:
        if connection.in_transaction:
            connection.execute(how)
    except sqlite3.Error:
        # A failed COMMIT (for example on a full disk) leaves the transaction open. The next writer
        # must not inherit it.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def raise_domain_error(error: sqlite3.Error) -> NoReturn:
    """Raise the domain error for an error of the driver, or the error itself if there is none.

    Raises:
        DomainError(DISK_FULL, BUSY)
    """
    code = primary_code(error)
    if isinstance(error, sqlite3.OperationalError) and code in DISK_FAILURE_CODES:
        raise DISK_STATE.record_failure(error) from error
    if isinstance(error, sqlite3.OperationalError) and code == sqlite3.SQLITE_BUSY:
        raise DomainError(Code.BUSY, retry_after=2) from error
    raise error


def violated_columns(error: sqlite3.IntegrityError) -> str:
    """Return the columns of the key that rejected a row, as table.column, …"""
    return str(error).rpartition(": ")[2]


def _commit_alone(connection: sqlite3.Connection, writes: Sequence[Write]) -> Outcome:
    try:
        if len(writes) == 1:  # SQLite commits a single statement by itself
            return run_writes(connection, writes)
        connection.execute("BEGIN IMMEDIATE")
        results = run_writes(connection, writes)
        end_transaction(connection, "COMMIT")
        return results
    except Exception as error:
        _roll_back(connection)
        return error


def _commit_together(
    connection: sqlite3.Connection, units: Sequence[Sequence[Write]]
) -> list[Outcome]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_run_in_group(connection, writes) for writes in units]
        end_transaction(connection, "COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return outcomes


def _run_in_group(connection: sqlite3.Connection, writes: Sequence[Write]) -> Outcome:
    # A single statement that fails changes nothing, so only several need a savepoint.
    is_guarded = len(writes) > 1
    try:
        if is_guarded:
            connection.execute("SAVEPOINT unit")
        results = run_writes(connection, writes)
        if is_guarded:
            connection.execute("RELEASE unit")
        return results
    except Exception as error:
        if not connection.in_transaction:  # SQLite rolled back the group
            raise
        if is_guarded:
            connection.execute("ROLLBACK TO unit")
            connection.execute("RELEASE unit")
        return error


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
