import pytest

from kinoteka.storage.revisions import Revisions
from kinoteka.storage.unit import unit_of_work


async def test_another_process_learns_of_a_change_and_the_changer_is_not_told(services):
    told = {"here": 0, "there": 0}
    there = await Revisions.load(services.database)
    there.on_foreign_change("catalogue", lambda: told.update(there=told["there"] + 1))
    services.revisions.on_foreign_change("catalogue", lambda: told.update(here=told["here"] + 1))
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, "catalogue")
    await services.revisions.look()
    await there.look()
    await there.look()
    assert told == {"here": 0, "there": 1}
    assert there.value("catalogue") == services.revisions.value("catalogue") == 2


async def test_a_change_that_is_undone_is_none(services):
    before = services.revisions.value("access")
    with pytest.raises(RuntimeError):
        async with unit_of_work(services.database) as unit:
            await services.revisions.increase(unit, "access")
            raise RuntimeError
    assert services.revisions.value("access") == before


async def test_a_foreign_change_right_before_ones_own_is_told(services):
    told = []
    other = await Revisions.load(services.database)
    services.revisions.on_foreign_change("access", lambda: told.append(1))
    async with unit_of_work(services.database) as unit:
        await other.increase(unit, "access")
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, "access")
    assert told == [1]


async def test_an_unknown_name_is_a_mistake(services):
    with pytest.raises(LookupError):
        async with unit_of_work(services.database) as unit:
            await services.revisions.increase(unit, "weather")
