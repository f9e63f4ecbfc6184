"""The schema's revision, read as requests read."""

from kinoteka.database.migrations import newest
from kinoteka.database.schema_revision import REVISION
from kinoteka.database.unit import Unit


async def test_a_new_database_has_the_newest(unit: Unit) -> None:
    assert await unit.all(REVISION) == [(newest(),)]
