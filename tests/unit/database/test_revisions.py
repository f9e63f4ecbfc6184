"""Caches learn what other processes have changed: from the bus at once, or from the database."""

import msgspec
import pytest

from kinoteka.database.revisions import CHANNEL, NAMED_MOST, Change, Revisions
from kinoteka.database.unit import unit_of_work


class Wire:
    """A bus whose messages are delivered when the test says so."""

    def __init__(self):
        self.is_connected = True
        self.sent = []
        self.listeners, self.gap_listeners = [], []

    def publish(self, channel, message):
        self.sent.append((channel, message))

    async def subscribe(self, channel):
        assert channel == CHANNEL

    def on_message(self, topic, listener):
        assert topic == CHANNEL
        self.listeners.append(listener)

    def on_gap(self, listener):
        self.gap_listeners.append(listener)

    def deliver(self, *changes):
        for change in changes:
            for listener in self.listeners:
                listener(CHANNEL, msgspec.msgpack.encode(change))


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
async def here(services, wire):
    revisions = await Revisions.load(services.database, wire)
    revisions.dropped = []
    revisions.on_foreign_change(
        "sessions", lambda: revisions.dropped.append("all"), revisions.dropped.append
    )
    return revisions


async def change(services, revisions, name, ids=None):
    async with unit_of_work(services.database) as unit:
        await revisions.increase(unit, name, ids)


async def test_another_process_learns_of_a_change_and_the_changer_is_not_told(services):
    told = {"here": 0, "there": 0}
    there = await Revisions.load(services.database)
    there.on_foreign_change("catalogue", lambda: told.update(there=told["there"] + 1))
    services.revisions.on_foreign_change("catalogue", lambda: told.update(here=told["here"] + 1))
    await change(services, services.revisions, "catalogue")
    await services.revisions.look()
    await there.look()
    await there.look()
    assert told == {"here": 0, "there": 1}
    assert there.value("catalogue") == services.revisions.value("catalogue") == 2


async def test_a_change_that_is_undone_is_none(services, here, wire):
    before = here.value("access")
    with pytest.raises(RuntimeError):
        async with unit_of_work(services.database) as unit:
            await here.increase(unit, "access")
            raise RuntimeError
    assert here.value("access") == before
    assert wire.sent == []


async def test_a_foreign_change_right_before_ones_own_is_told(services):
    told = []
    other = await Revisions.load(services.database)
    services.revisions.on_foreign_change("access", lambda: told.append(1))
    await change(services, other, "access")
    await change(services, services.revisions, "access")
    assert told == [1]


async def test_an_unknown_name_is_a_mistake(services):
    with pytest.raises(LookupError):
        await change(services, services.revisions, "weather")


class TestTold:
    async def test_a_change_goes_out_with_what_has_changed(self, services, here, wire):
        await change(services, here, "sessions", [7, 8])
        await change(services, here, "sessions", range(NAMED_MOST + 1))
        sent = [msgspec.msgpack.decode(message, type=Change) for _, message in wire.sent]
        assert sent == [Change("sessions", 2, [7, 8]), Change("sessions", 3, None)]
        assert here.dropped == []

    async def test_the_next_change_drops_what_it_names_alone(self, here, wire):
        wire.deliver(Change("sessions", 2, [7, 8]), Change("sessions", 3, [9]))
        assert here.dropped == [7, 8, 9]
        assert here.value("sessions") == 3

    async def test_a_change_that_names_nothing_drops_all(self, here, wire):
        wire.deliver(Change("sessions", 2, None))
        assert here.dropped == ["all"]

    async def test_what_is_known_already_drops_nothing(self, here, wire):
        wire.deliver(Change("sessions", 2, [7]), Change("sessions", 2, [7]))
        assert here.dropped == [7]

    async def test_changes_that_overtake_each_other_drop_no_more(self, services, here, wire):
        wire.deliver(Change("sessions", 3, [8]), Change("sessions", 2, [7]))
        assert (here.dropped, here.value("sessions")) == ([8, 7], 3)
        await here.look()
        assert here.dropped == [8, 7]

    async def test_ones_own_change_may_overtake_another_s_as_well(self, services, here, wire):
        await change(services, services.revisions, "sessions", [7])
        await change(services, here, "sessions", [8])
        wire.deliver(Change("sessions", 2, [7]))
        assert (here.dropped, here.value("sessions")) == ([7], 3)

    async def test_a_kind_that_nobody_caches_by_name_is_new_at_once(self, services, here, wire):
        wire.deliver(Change("catalogue", 3, None))
        assert here.value("catalogue") == 3


class TestFound:
    async def test_a_change_that_is_told_between_two_looks_drops_what_it_names(
        self, services, here, wire
    ):
        await change(services, services.revisions, "sessions", [7])
        await here.look()  # it is there, and being told
        assert here.dropped == []
        wire.deliver(Change("sessions", 2, [7]))
        await here.look()
        assert here.dropped == [7]

    async def test_a_change_that_nobody_tells_drops_all_at_the_second_look(self, services, here):
        await change(services, services.revisions, "sessions", [7])
        await here.look()
        await here.look()
        await here.look()
        assert (here.dropped, here.value("sessions")) == (["all"], 2)

    async def test_a_change_missing_before_one_that_was_told_drops_all(self, services, here, wire):
        for each in (7, 8):
            await change(services, services.revisions, "sessions", [each])
        wire.deliver(Change("sessions", 3, [8]))
        await here.look()
        await here.look()
        assert (here.dropped, here.value("sessions")) == ([8, "all"], 3)

    async def test_while_the_bus_is_away_it_drops_all_at_once(self, services, here, wire):
        wire.is_connected = False
        await change(services, services.revisions, "sessions", [7])
        await here.look()
        assert here.dropped == ["all"]

    async def test_and_right_after_it_was_away(self, services, here, wire):
        await here.look()
        await change(services, services.revisions, "sessions", [7])
        for listener in wire.gap_listeners:
            listener(None)
        await here.look()
        assert here.dropped == ["all"]

    async def test_a_gap_in_which_nothing_happened_drops_nothing(self, here, wire):
        for listener in wire.gap_listeners:
            listener(None)
        await here.look()
        assert here.dropped == []
