"""Pages and chunks of listings."""

from collections.abc import Sequence

import pytest

from kinoteka.core.catalogue.listing import CHUNK_SIZE, PAGE_SIZE, Listing

DELETED = 5


async def read(ids: Sequence[int]) -> list[str]:
    return [f"item {number}" for number in ids if number != DELETED]


def listing(total: int) -> Listing[str]:
    return Listing(range(1, total + 1), read)


@pytest.mark.parametrize(
    ("total", "number", "first", "items", "pages"),
    [
        (0, 1, None, 0, 0),
        (12, 1, 1, 11, 1),
        (13, 2, 13, 1, 2),
        (30, 3, 25, 6, 3),
        (30, 4, None, 0, 3),
        (30, 10**400, None, 0, 3),
    ],
)
async def test_page_has_its_items_and_totals(
    total: int, number: int, first: int | None, items: int, pages: int
) -> None:
    page = await listing(total).page(number)
    assert (len(page.items), page.number, page.pages, page.total) == (items, number, pages, total)
    assert page.items[:1] == ([] if first is None else [f"item {first}"])


async def test_page_of_another_size_has_its_items() -> None:
    page = await listing(30).page(2, 24)
    assert (page.items[0], len(page.items), page.pages) == ("item 25", 6, 2)


async def test_deleted_item_is_omitted() -> None:
    page = await listing(PAGE_SIZE).page(1)
    assert f"item {DELETED}" not in page.items


@pytest.mark.parametrize("total", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, CHUNK_SIZE * 3])
async def test_chunks_contain_all_items_in_order(total: int) -> None:
    chunks = [chunk async for chunk in listing(total).chunks()]
    assert all(len(chunk) <= CHUNK_SIZE for chunk in chunks)
    expected = [f"item {number}" for number in range(1, total + 1) if number != DELETED]
    assert [item for chunk in chunks for item in chunk] == expected
