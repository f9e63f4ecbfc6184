"""Films that requests put into the index lie there as an import would have left them."""

import pytest

from kinoteka.core.services import Services
from kinoteka.database import film_search as search
from kinoteka.database.film_search import IndexEntry
from kinoteka.database.unit import unit_of_work
from tests.support.databases import ENGINES, rows, write_transaction

pytestmark = pytest.mark.engines(*ENGINES)

BEFORE = (
    IndexEntry(1, "The Matrix", None, 900),
    IndexEntry(2, "Solaris", "Солярис", 500),
    IndexEntry(3, "Ran", "乱", 0),
)
AFTER = IndexEntry(2, "Stalker: The Zone", "Сталкер", 500)


def content(services: Services) -> list[object]:
    """All that the index holds, but words that stand nowhere any more and their numbers."""
    settings = services.settings
    return [
        rows(settings, "SELECT film_id, position, words FROM search_films ORDER BY film_id"),
        rows(settings, "SELECT word, times FROM search_words WHERE times > 0 ORDER BY word"),
    ]


def find(services: Services, query: str) -> list[int]:
    with write_transaction(services.settings) as reader:
        return search.find(reader, query, None)


async def test_film_with_new_titles_is_reindexed(services: Services) -> None:
    with write_transaction(services.settings) as reader:
        search.index(reader, [*BEFORE[:1], AFTER, *BEFORE[2:]])
    expected = content(services)
    with write_transaction(services.settings) as reader:
        search.clear(reader)
        search.index(reader, BEFORE)
    async with unit_of_work(services.database) as unit:
        await unit.index([AFTER])
    assert content(services) == expected
    assert find(services, "stalk") == [2]
    assert find(services, "сталкер") == [2]
    assert find(services, "staker") == [2]  # a slip, so its trigrams are known
    assert find(services, "solaris") == []


async def test_new_film_is_indexed(services: Services) -> None:
    async with unit_of_work(services.database) as unit:
        await unit.index([IndexEntry(7, "Zerkalo", None, 0)])
    assert find(services, "zerkalo") == [7]


async def test_rolled_back_film_is_not_found(services: Services) -> None:
    try:
        async with unit_of_work(services.database) as unit:
            await unit.index([IndexEntry(7, "Zerkalo", None, 0)])
            raise KeyError
    except KeyError:
        pass
    assert find(services, "zerkalo") == []


async def test_titles_without_words_are_indexed(services: Services) -> None:
    async with unit_of_work(services.database) as unit:
        await unit.index([IndexEntry(7, "…", None, 0)])
        await unit.index([IndexEntry(7, "†", "…", 0)])
    assert find(services, "x") == []
