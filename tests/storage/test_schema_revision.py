"""The schema's revision, read as requests read."""

from kinoteka.storage.migrations import newest
from kinoteka.storage.schema_revision import REVISION
from kinoteka.storage.unit import Unit


async def test_a_new_database_has_the_newest(unit: Unit) -> None:
    assert await unit.all(REVISION) == [(newest(),)]
