"""Statements that are built once and run on both engines."""

from contextlib import suppress

import msgspec
import pytest
from sqlalchemy import bindparam, delete, insert, or_, select

from kinoteka.database.schema import labels
from kinoteka.database.statement import (
    Statement,
    in_list,
    insert_for,
    json_array,
    lock_rows,
    position_in,
)
from tests.support.databases import write_transaction


class Label(msgspec.Struct):
    id: int
    name: str


@pytest.fixture
def run(settings):
    """Run a statement on the labels a, b and c, whose ids are 1, 2 and 3."""
    with suppress(ZeroDivisionError), write_transaction(settings) as reader:
        for name in "abc":
            reader.fetch(Statement(insert(labels).values(name=bindparam("name"))), name=name)
        yield lambda statement, **parameters: [
            row if isinstance(row, Label) else tuple(row)
            for row in reader.fetch(statement, **parameters)
        ]
        raise ZeroDivisionError  # roll back


def test_rows_are_tuples_or_mapped_to_a_type(run):
    columns = select(labels.c.id, labels.c.name).where(labels.c.id == 1)
    assert run(Statement(columns)) == [(1, "a")]
    assert run(Statement(columns, Label)) == [Label(1, "a")]


def test_constants_in_a_statement_are_sent_as_parameters(run):
    statement: Statement[tuple[str]] = Statement(
        select(labels.c.name).where(labels.c.id > 1).limit(1)
    )
    assert run(statement) == [("b",)]


def test_list_of_any_length_is_one_parameter(run):
    statement: Statement[tuple[str]] = Statement(
        select(labels.c.name).where(in_list(labels.c.id, bindparam("ids")))
    )
    for ids, names in (([1, 3], ["a", "c"]), ([], []), (list(range(5000)), ["a", "b", "c"])):
        assert [name for (name,) in run(statement, ids=ids)] == names


def test_statement_takes_several_lists(run):
    both = [in_list(labels.c.id, bindparam(name)) for name in ("some", "others")]
    statement: Statement[tuple[str]] = Statement(select(labels.c.name).where(*both))
    assert run(statement, some=[1, 2], others=[2, 3]) == [("b",)]


def test_parameter_can_be_used_several_times(run):
    same = or_(labels.c.name == bindparam("name"), labels.c.name > bindparam("name"))
    assert run(Statement(select(labels.c.name).where(same)), name="b") == [("b",), ("c",)]


def test_position_in_returns_the_place_of_a_literal_text(run):
    position = position_in(labels.c.name, bindparam("part"))
    assert run(Statement(select(position).where(labels.c.id == 2)), part="b") == [(1,)]
    assert run(Statement(select(position).where(labels.c.id == 2)), part="%") == [(0,)]


@pytest.mark.parametrize(("least", "text"), [(0, "[3,2,1]"), (3, "[]")], ids=["several", "none"])
def test_json_array_holds_the_ids_in_order(run, least, text):
    ordered = select(labels.c.id).where(labels.c.id > least).order_by(labels.c.id.desc())
    assert run(Statement(select(json_array(ordered.subquery().c.id)))) == [(text,)]


def test_upsert_skips_existing_rows(run):
    statement: Statement[tuple[()]] = Statement(
        lambda engine: (
            insert_for(engine, labels).values(name=bindparam("name")).on_conflict_do_nothing()
        )
    )
    run(statement, name="a")
    run(statement, name="d")
    assert len(run(Statement(select(labels.c.id)))) == 4


def test_statement_writes_when_it_changes_or_locks_rows():
    assert Statement(insert(labels)).writes
    assert Statement(delete(labels)).writes
    assert Statement(lock_rows(select(labels.c.id))).writes
    assert not Statement(select(labels.c.id)).writes


def test_list_is_compiled_to_a_subquery_on_sqlite() -> None:
    statement: Statement[tuple[str]] = Statement(
        select(labels.c.name).where(in_list(labels.c.id, bindparam("ids")))
    )
    assert statement.compiled("sqlite").sql.endswith("IN (SELECT value FROM json_each(:ids))")
