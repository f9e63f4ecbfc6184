import sqlite3

from sqlalchemy import bindparam, delete, insert, select

from kinoteka.storage.schema import labels
from kinoteka.storage.sqlite import parameters
from kinoteka.storage.statement import Statement, among, insert_for


def run(connection, statement, **given):
    compiled = statement.compiled("sqlite")
    return statement.shape(connection.execute(compiled.sql, parameters(compiled, given)).fetchall())


def with_labels(*names):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    for name in names:
        connection.execute("INSERT INTO labels (name) VALUES (?)", (name,))
    return connection


def test_rows_come_out_as_tuples_or_in_a_shape():
    connection = with_labels("premium")
    columns = select(labels.c.id, labels.c.name)
    assert run(connection, Statement(columns)) == [(1, "premium")]
    assert run(connection, Statement(columns, lambda id_, name: f"{name}{id_}")) == ["premium1"]
    connection.close()


def test_values_that_the_statement_fixes_are_sent_along():
    connection = with_labels("a", "b", "c")
    statement = Statement(select(labels.c.name).where(labels.c.id > 1).limit(1))
    assert run(connection, statement) == [("b",)]
    connection.close()


def test_a_list_of_any_length_is_one_parameter():
    connection = with_labels("a", "b", "c")
    statement = Statement(select(labels.c.name).where(among(labels.c.id, bindparam("ids"))))
    for ids, names in (([1, 3], ["a", "c"]), ([], []), (list(range(5000)), ["a", "b", "c"])):
        assert [name for (name,) in run(connection, statement, ids=ids)] == names
    connection.close()


def test_a_statement_takes_several_lists():
    connection = with_labels("a", "b", "c")
    by_id, by_name = (among(column, bindparam(column.name)) for column in labels.c)
    statement = Statement(select(labels.c.name).where(by_id, by_name))
    assert run(connection, statement, id=[1, 2], name=["b", "c"]) == [("b",)]
    connection.close()


def test_an_upsert_is_built_by_each_engines_own_insert():
    connection = with_labels("a")
    statement = Statement(
        lambda engine: (
            insert_for(engine, labels).values(name=bindparam("name")).on_conflict_do_nothing()
        )
    )
    run(connection, statement, name="a")
    run(connection, statement, name="b")
    assert len(connection.execute("SELECT * FROM labels").fetchall()) == 2
    connection.close()


def test_statements_know_whether_they_write():
    assert Statement(insert(labels)).writes
    assert Statement(delete(labels)).writes
    assert not Statement(select(labels.c.id)).writes
