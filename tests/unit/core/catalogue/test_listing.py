"""Lists by position: pages, totals, chunks."""

from collections.abc import Sequence

import pytest

from kinoteka.core.catalogue.listing import CHUNK_SIZE, PAGE_SIZE, Listing

GONE = 5


async def read(ids: Sequence[int]) -> list[str]:
    return [f"item {number}" for number in ids if number != GONE]


def listing(many: int) -> Listing[str]:
    return Listing(range(1, many + 1), read)


@pytest.mark.parametrize(
    ("many", "number", "first", "items", "pages"),
    [
        (0, 1, None, 0, 0),
        (12, 1, 1, 11, 1),
        (13, 2, 13, 1, 2),
        (30, 3, 25, 6, 3),
        (30, 4, None, 0, 3),
        (30, 10**400, None, 0, 3),
    ],
)
async def test_pages(many: int, number: int, first: int | None, items: int, pages: int) -> None:
    page = await listing(many).page(number)
    assert (len(page.items), page.number, page.pages, page.total) == (items, number, pages, many)
    assert page.items[:1] == ([] if first is None else [f"item {first}"])


async def test_pages_of_another_size() -> None:
    page = await listing(30).page(2, 24)
    assert (page.items[0], len(page.items), page.pages) == ("item 25", 6, 2)


async def test_one_that_is_gone_meanwhile_is_left_out() -> None:
    page = await listing(PAGE_SIZE).page(1)
    assert f"item {GONE}" not in page.items


@pytest.mark.parametrize("many", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, CHUNK_SIZE * 3])
async def test_chunks_give_everything_in_order(many: int) -> None:
    chunks = [chunk async for chunk in listing(many).chunks()]
    assert all(len(chunk) <= CHUNK_SIZE for chunk in chunks)
    expected = [f"item {number}" for number in range(1, many + 1) if number != GONE]
    assert [item for chunk in chunks for item in chunk] == expected
