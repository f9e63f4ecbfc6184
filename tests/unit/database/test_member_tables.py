"""The tables of genres and directors exist in the schema."""

import pytest

from kinoteka.database.member_tables import MEMBER_TABLES
from kinoteka.database.schema import metadata


@pytest.mark.parametrize("kind", MEMBER_TABLES)
def test_tables_and_columns_of_a_kind_exist(kind):
    tables = MEMBER_TABLES[kind]
    names, links = metadata.tables[tables.names], metadata.tables[tables.links]
    assert {"id", *tables.name_columns} == set(names.c.keys())
    assert {tables.column, "film_id", "position", *tables.constants} <= set(links.c.keys())


def test_condition_selects_the_links_of_a_kind():
    assert MEMBER_TABLES["genre"].condition == "true"
    assert MEMBER_TABLES["director"].condition == "department = 1"
