"""The schema revision, read in a unit of work."""

from kinoteka.database.migrations import newest
from kinoteka.database.schema_revision import REVISION
from kinoteka.database.unit import Unit


async def test_new_database_has_the_newest_revision(unit: Unit) -> None:
    assert await unit.all(REVISION) == [(newest(),)]
