"""Positions: arrays of ids, cached until the catalogue changes."""

import asyncio
import time
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.catalogue.positions import CACHE_BYTES, Positions, ordered_like, parse_ids
from kinoteka.core.services import Services
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit, unit_of_work


class IdsBuilder:
    """Builds an array of ids and counts how often it does so."""

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


async def test_array_is_built_once(positions: Positions, unit: Unit) -> None:
    build = IdsBuilder(3, 1, 2)
    for _ in range(2):
        assert list(await positions.get(unit, "key", build)) == [3, 1, 2]
    assert build.built == 1


async def test_concurrent_requests_share_one_build(positions: Positions, unit: Unit) -> None:
    build = IdsBuilder(1, seconds=0.1)
    requests = [positions.get(unit, "key", build) for _ in range(5)]
    assert len(await asyncio.gather(*requests)) == 5
    assert build.built == 1


async def test_cancelled_request_does_not_cancel_the_build_for_others(
    positions: Positions, unit: Unit
) -> None:
    build = IdsBuilder(1, seconds=0.1)
    first = asyncio.create_task(positions.get(unit, "key", build))
    second = asyncio.create_task(positions.get(unit, "key", build))
    await asyncio.sleep(0.02)
    first.cancel()
    assert list(await second) == [1]
    assert build.built == 1


async def test_failed_build_is_not_cached(positions: Positions, unit: Unit) -> None:
    def fail(_: Reader) -> "array[int]":
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await positions.get(unit, "key", fail)
    assert list(await positions.get(unit, "key", IdsBuilder(1))) == [1]


async def change(services: Services, name: str) -> None:
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, name)


@pytest.mark.parametrize(("name", "built"), [("catalogue", 2), ("library", 1)])
async def test_array_is_cached_until_its_revision_changes(
    positions: Positions, services: Services, unit: Unit, name: str, built: int
) -> None:
    build = IdsBuilder(1)
    await positions.get(unit, "key", build)
    await change(services, name)
    await positions.get(unit, "key", build)
    assert build.built == built


async def test_array_outlasts_changes_of_data_that_it_is_not_made_of(
    positions: Positions, services: Services, unit: Unit
) -> None:
    build = IdsBuilder(1)
    observed = []
    for name in ("film_years", "film_texts", "film_titles", "film_ratings", "catalogue"):
        await positions.get(unit, "key", build, ("film_years", "film_titles"))
        built = build.built
        await change(services, name)
        await positions.get(unit, "key", build, ("film_years", "film_titles"))
        observed.append(build.built - built)
    assert observed == [1, 0, 1, 0, 1]


async def test_array_built_during_a_change_is_not_cached(
    positions: Positions, services: Services, unit: Unit
) -> None:
    slow, fresh = IdsBuilder(1, seconds=0.2), IdsBuilder(2)
    requests = asyncio.create_task(positions.get(unit, "key", slow))
    await asyncio.sleep(0.02)
    await change(services, "catalogue")
    assert list(await positions.get(unit, "key", fresh)) == [2]
    assert list(await requests) == [1]
    assert list(await positions.get(unit, "key", fresh)) == [2]


async def test_cache_is_bounded(positions: Positions, unit: Unit) -> None:
    half = IdsBuilder(*range(CACHE_BYTES // 16 - 1000))
    builds = {key: IdsBuilder(*half.ids) for key in "abc"}
    for key, build in builds.items():
        await positions.get(unit, key, build)
    await positions.get(unit, "c", builds["c"])
    await positions.get(unit, "a", builds["a"])
    assert [builds[key].built for key in "abc"] == [2, 1, 1]


@given(st.lists(st.integers(0, 2**53), max_size=300))
def test_ids_of_a_json_array_are_parsed(ids: list[int]) -> None:
    assert list(parse_ids("[" + ",".join(map(str, ids)) + "]")) == ids


def test_ids_of_a_long_json_array_are_parsed() -> None:
    ids = range(100_000)
    assert list(parse_ids(str(list(ids)).replace(" ", ""))) == list(ids)


def test_ids_are_ordered_like_another_sequence() -> None:
    assert list(ordered_like([5, 3, 9, 1], array("q", [1, 3, 5]))) == [5, 3, 1]
