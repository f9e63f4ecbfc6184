"""Orders by position: built once, cached until the catalogue changes, bounded."""

import asyncio
import time
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.catalogue.positions import CACHE_BYTES, Positions, in_order_of, numbers
from kinoteka.core.services import Services
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit, unit_of_work


class Order:
    """An order that counts how often it is built."""

    def __init__(self, *ids: int, seconds: float = 0) -> None:
        self.ids = ids
        self.seconds = seconds
        self.built = 0

    def __call__(self, _: Reader) -> "array[int]":
        self.built += 1
        time.sleep(self.seconds)
        return array("q", self.ids)


@pytest.fixture
def positions(services: Services) -> Positions:
    return Positions(services.revisions)


async def test_an_order_is_built_once(positions: Positions, unit: Unit) -> None:
    order = Order(3, 1, 2)
    for _ in range(2):
        assert list(await positions.get(unit, "key", order)) == [3, 1, 2]
    assert order.built == 1


async def test_who_asks_meanwhile_waits_for_the_same(positions: Positions, unit: Unit) -> None:
    order = Order(1, seconds=0.1)
    asked = [positions.get(unit, "key", order) for _ in range(5)]
    assert len(await asyncio.gather(*asked)) == 5
    assert order.built == 1


async def test_one_who_goes_away_leaves_the_others_waiting(
    positions: Positions, unit: Unit
) -> None:
    order = Order(1, seconds=0.1)
    first = asyncio.create_task(positions.get(unit, "key", order))
    second = asyncio.create_task(positions.get(unit, "key", order))
    await asyncio.sleep(0.02)
    first.cancel()
    assert list(await second) == [1]
    assert order.built == 1


async def test_a_failure_is_not_cached(positions: Positions, unit: Unit) -> None:
    def fail(_: Reader) -> "array[int]":
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await positions.get(unit, "key", fail)
    assert list(await positions.get(unit, "key", Order(1))) == [1]


async def change(services: Services, name: str) -> None:
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, name)


@pytest.mark.parametrize(("name", "built"), [("catalogue", 2), ("library", 1)])
async def test_an_order_lasts_until_the_catalogue_changes(
    positions: Positions, services: Services, unit: Unit, name: str, built: int
) -> None:
    order = Order(1)
    await positions.get(unit, "key", order)
    await change(services, name)
    await positions.get(unit, "key", order)
    assert order.built == built


async def test_one_that_is_built_while_the_catalogue_changes_is_not_cached(
    positions: Positions, services: Services, unit: Unit
) -> None:
    slow, fresh = Order(1, seconds=0.2), Order(2)
    asked = asyncio.create_task(positions.get(unit, "key", slow))
    await asyncio.sleep(0.02)
    await change(services, "catalogue")
    assert list(await positions.get(unit, "key", fresh)) == [2]
    assert list(await asked) == [1]
    assert list(await positions.get(unit, "key", fresh)) == [2]


async def test_what_is_cached_is_bounded(positions: Positions, unit: Unit) -> None:
    half = Order(*range(CACHE_BYTES // 16 - 1000))
    orders = {key: Order(*half.ids) for key in "abc"}
    for key, order in orders.items():
        await positions.get(unit, key, order)
    await positions.get(unit, "c", orders["c"])
    await positions.get(unit, "a", orders["a"])
    assert [orders[key].built for key in "abc"] == [2, 1, 1]


@given(st.lists(st.integers(0, 2**53), max_size=300))
def test_numbers_of_a_json_array(ids: list[int]) -> None:
    assert list(numbers("[" + ",".join(map(str, ids)) + "]")) == ids


def test_numbers_of_a_long_json_array() -> None:
    ids = range(100_000)
    assert list(numbers(str(list(ids)).replace(" ", ""))) == list(ids)


def test_in_order_of_another() -> None:
    assert list(in_order_of([5, 3, 9, 1], array("q", [1, 3, 5]))) == [5, 3, 1]
