from contextlib import suppress

import msgspec
import pytest
from sqlalchemy import bindparam, delete, insert, or_, select

from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement, in_list, insert_for, json_array, position_in
from tests.support.databases import write_transaction


class Label(msgspec.Struct):
    id: int
    name: str


@pytest.fixture
def run(settings):
    """Runs a statement on labels a, b and c, whose ids are 1, 2 and 3."""
    with suppress(ZeroDivisionError), write_transaction(settings) as reader:
        for name in "abc":
            reader.fetch(Statement(insert(labels).values(name=bindparam("name"))), name=name)
        yield lambda statement, **given: [
            row if isinstance(row, Label) else tuple(row)
            for row in reader.fetch(statement, **given)
        ]
        raise ZeroDivisionError  # nothing of it is kept


def test_rows_come_out_as_tuples_or_in_a_shape(run):
    columns = select(labels.c.id, labels.c.name).where(labels.c.id == 1)
    assert run(Statement(columns)) == [(1, "a")]
    assert run(Statement(columns, Label)) == [Label(1, "a")]


def test_values_that_the_statement_fixes_are_sent_along(run):
    statement = Statement(select(labels.c.name).where(labels.c.id > 1).limit(1))
    assert run(statement) == [("b",)]


def test_a_list_of_any_length_is_one_parameter(run):
    statement = Statement(select(labels.c.name).where(in_list(labels.c.id, bindparam("ids"))))
    for ids, names in (([1, 3], ["a", "c"]), ([], []), (list(range(5000)), ["a", "b", "c"])):
        assert [name for (name,) in run(statement, ids=ids)] == names


def test_a_statement_takes_several_lists(run):
    both = [in_list(labels.c.id, bindparam(name)) for name in ("some", "others")]
    statement = Statement(select(labels.c.name).where(*both))
    assert run(statement, some=[1, 2], others=[2, 3]) == [("b",)]


def test_the_same_parameter_may_stand_in_several_places(run):
    same = or_(labels.c.name == bindparam("name"), labels.c.name > bindparam("name"))
    assert run(Statement(select(labels.c.name).where(same)), name="b") == [("b",), ("c",)]


def test_a_text_is_found_where_it_begins(run):
    place = position_in(labels.c.name, bindparam("part"))
    assert run(Statement(select(place).where(labels.c.id == 2)), part="b") == [(1,)]
    assert run(Statement(select(place).where(labels.c.id == 2)), part="%") == [(0,)]


@pytest.mark.parametrize(("least", "text"), [(0, "[3,2,1]"), (3, "[]")])
def test_ids_come_as_one_array_in_order(run, least, text):
    ordered = select(labels.c.id).where(labels.c.id > least).order_by(labels.c.id.desc())
    assert run(Statement(select(json_array(ordered.subquery().c.id)))) == [(text,)]


def test_an_upsert_is_built_by_each_engines_own_insert(run):
    statement = Statement(
        lambda engine: (
            insert_for(engine, labels).values(name=bindparam("name")).on_conflict_do_nothing()
        )
    )
    run(statement, name="a")
    run(statement, name="d")
    assert len(run(Statement(select(labels.c.id)))) == 4


def test_statements_know_whether_they_write():
    assert Statement(insert(labels)).writes
    assert Statement(delete(labels)).writes
    assert Statement(select(labels.c.id).with_for_update()).writes
    assert not Statement(select(labels.c.id)).writes


def test_a_list_of_ids_is_looked_up_in_an_index() -> None:
    statement = Statement(select(labels.c.name).where(in_list(labels.c.id, bindparam("ids"))))
    assert statement.compiled("sqlite").sql.endswith("IN (SELECT value FROM json_each(:ids))")
