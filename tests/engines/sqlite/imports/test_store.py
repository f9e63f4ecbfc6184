"""Importing into SQLite: the search index stays compact."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import
from kinoteka.database.engines.sqlite.search.index import MAX_SEGMENTS
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows


@pytest.mark.parametrize(
    ("imports", "segments"), [(MAX_SEGMENTS, MAX_SEGMENTS), (MAX_SEGMENTS + 1, 1)]
)
def test_import_compacts_the_search_index_when_it_has_many_segments(
    settings: Settings, imports: int, segments: int
) -> None:
    for number in range(imports):
        Import("club").run(settings, [[film(str(number), f"Night {number}")]])
    found = rows(settings, "SELECT count(DISTINCT segid) FROM search_titles_idx")
    assert found == [segments]
