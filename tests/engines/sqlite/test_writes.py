"""Units of work that commit in one transaction: each is complete or undone, whatever others do."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select

from kinoteka.database.engines.sqlite.driver import connect
from kinoteka.database.engines.sqlite.writes import commit_group
from kinoteka.database.interface import Conflict, Write
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.disk import primary_code

ADD: Statement[tuple[int]] = Statement(
    insert(labels).values(name=bindparam("name")).returning(labels.c.id)
)
ALL: Statement[tuple[str]] = Statement(select(labels.c.name))
LONG = "x" * 200_000


@pytest.fixture
def connection(empty_database: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "kinoteka.db"
    path.write_bytes(empty_database.read_bytes())
    with closing(connect(path)) as connection:
        yield connection


def add(name: str, on_conflict: Code | None = None) -> Write:
    return Write(ADD.compiled("sqlite"), {"name": name}, on_conflict)


def stored(connection: sqlite3.Connection) -> list[str]:
    """What another connection sees."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with closing(sqlite3.connect(path)) as other:
        return [name for (name,) in other.execute("SELECT name FROM labels ORDER BY id")]


def fill_disk(connection: sqlite3.Connection, spare_pages: int = 0) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + spare_pages}")


def kinds(outcomes: Sequence[object]) -> list[str]:
    return ["stored" if isinstance(each, list) else type(each).__name__ for each in outcomes]


def codes(outcomes: Sequence[object]) -> list[int]:
    return [primary_code(each) for each in outcomes if isinstance(each, sqlite3.Error)]


def test_units_of_a_group_get_the_rows_of_their_own_statements(
    connection: sqlite3.Connection,
) -> None:
    outcomes = commit_group(connection, [[add("a"), add("b")], [add("c")]])
    assert outcomes == [[[(1,)], [(2,)]], [[(3,)]]]
    assert stored(connection) == ["a", "b", "c"]


def test_later_unit_of_a_group_sees_the_changes_of_an_earlier_one(
    connection: sqlite3.Connection,
) -> None:
    everything = Write(ALL.compiled("sqlite"), {})
    assert commit_group(connection, [[add("a")], [everything]])[1] == [[("a",)]]


@pytest.mark.parametrize(
    "failing",
    [
        [add("a")],
        [add("x"), add("a")],
        [add("x"), add("x")],
    ],
    ids=["one statement", "second statement", "own first statement"],
)
def test_failing_unit_of_a_group_is_undone_and_the_others_are_stored(
    connection: sqlite3.Connection, failing: list[Write]
) -> None:
    outcomes = commit_group(connection, [[add("a")], failing, [add("b"), add("c")]])
    assert kinds(outcomes) == ["stored", "Conflict", "stored"]
    assert stored(connection) == ["a", "b", "c"]
    assert not connection.in_transaction


def test_failing_unit_alone_is_undone(connection: sqlite3.Connection) -> None:
    outcome = commit_group(connection, [[add("a"), add("a")]])[0]
    assert isinstance(outcome, Conflict)
    assert outcome.constraint == "labels.name"
    assert stored(connection) == []
    assert not connection.in_transaction


def test_conflict_is_the_domain_error_that_the_write_names(connection: sqlite3.Connection) -> None:
    outcome = commit_group(connection, [[add("a")], [add("a", Code.FILM_UNKNOWN)]])[1]
    assert isinstance(outcome, DomainError)
    assert outcome.code is Code.FILM_UNKNOWN


def test_value_that_the_driver_rejects_fails_only_its_unit(connection: sqlite3.Connection) -> None:
    outcomes = commit_group(connection, [[add("a")], [add("\ud800")], [add("b")]])
    assert kinds(outcomes) == ["stored", "UnicodeEncodeError", "stored"]
    assert stored(connection) == ["a", "b"]


def test_full_disk_rejects_every_unit_that_does_not_fit(connection: sqlite3.Connection) -> None:
    fill_disk(connection)
    outcomes = commit_group(connection, [[add(LONG)], [add(LONG), add("b")], [add(LONG + "c")]])
    assert codes(outcomes) == [sqlite3.SQLITE_FULL] * 3
    assert stored(connection) == []
    assert not connection.in_transaction


def test_full_disk_leaves_the_units_of_a_group_that_fit(connection: sqlite3.Connection) -> None:
    fill_disk(connection)
    outcomes = commit_group(connection, [[add("a")], [add("b"), add(LONG)], [add("c"), add("d")]])
    assert kinds(outcomes) == ["stored", "OperationalError", "stored"]
    assert stored(connection) == ["a", "c", "d"]


def test_units_are_committed_one_by_one_if_the_common_commit_fails(
    connection: sqlite3.Connection,
) -> None:
    connection.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
    connection.execute(
        "CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)"
    )
    connection.execute(
        "CREATE TRIGGER orphan AFTER INSERT ON labels WHEN new.name = 'orphan' "
        "BEGIN INSERT INTO children VALUES (7); END"
    )
    outcomes = commit_group(connection, [[add("a")], [add("orphan")], [add("b")]])
    assert kinds(outcomes) == ["stored", "Conflict", "stored"]
    assert stored(connection) == ["a", "b"]


def test_group_is_rejected_at_once_while_another_process_writes(
    connection: sqlite3.Connection,
) -> None:
    connection.execute("PRAGMA busy_timeout = 1")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcomes = commit_group(connection, [[add("a")], [add("b"), add("c")]])
    assert codes(outcomes) == [sqlite3.SQLITE_BUSY] * 2
    assert kinds(commit_group(connection, [[add("a")], [add("b")]])) == ["stored", "stored"]


def test_crash_before_the_commit_loses_the_whole_group_and_one_after_it_nothing(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])

    def as_after_a_crash(when: str) -> list[str]:
        """Recover from the files as they are now, without the lock file of the processes."""
        copy = tmp_path / when
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as recovered:
            assert recovered.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [name for (name,) in recovered.execute("SELECT name FROM labels ORDER BY id")]

    found = []
    commit_group(connection, [[add("earlier")]])
    connection.set_trace_callback(
        lambda sql: found.append(as_after_a_crash("before")) if sql == "COMMIT" else None
    )
    commit_group(connection, [[add("a")], [add("b"), add("c")]])
    assert found == [["earlier"]]
    assert as_after_a_crash("after") == ["earlier", "a", "b", "c"]
