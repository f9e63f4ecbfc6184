"""Caches are invalidated by changes of other processes: by the bus at once, or by the database."""

import msgspec
import pytest

from kinoteka.database.revisions import CHANNEL, MAX_NAMED_IDS, Change, Revisions
from kinoteka.database.unit import unit_of_work


class ManualBus:
    """A bus that delivers messages when the test calls `deliver`."""

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
def bus():
    return ManualBus()


class RecordingRevisions(Revisions):
    """Records which sessions other processes invalidate."""

    def __init__(self, database, bus):
        super().__init__(database, bus)
        self.invalidated: list[int | str] = []
        self.on_foreign_change(
            "sessions", lambda: self.invalidated.append("all"), self.invalidated.append
        )


@pytest.fixture
async def here(services, bus):
    return await RecordingRevisions.load(services.database, bus)


async def change(services, revisions, name, ids=None):
    async with unit_of_work(services.database) as unit:
        await revisions.increase(unit, name, ids)


async def test_change_notifies_other_processes_and_not_its_own(services):
    calls = {"here": 0, "there": 0}
    there = await Revisions.load(services.database)
    there.on_foreign_change("catalogue", lambda: calls.update(there=calls["there"] + 1))
    services.revisions.on_foreign_change("catalogue", lambda: calls.update(here=calls["here"] + 1))
    await change(services, services.revisions, "catalogue")
    await services.revisions.refresh()
    await there.refresh()
    await there.refresh()
    assert calls == {"here": 0, "there": 1}
    assert there.value("catalogue") == services.revisions.value("catalogue")


async def test_part_of_a_revision_changes_the_whole_and_not_the_other_parts(services):
    names = ("catalogue", "film_years", "film_titles", "film_set", "library")

    async def changed_by(name):
        before = {each: services.revisions.revision_of([each]) for each in names}
        await change(services, services.revisions, name)
        return [each for each in names if services.revisions.revision_of([each]) > before[each]]

    assert await changed_by("film_years") == ["catalogue", "film_years"]
    assert await changed_by("catalogue") == ["catalogue", "film_years", "film_titles", "film_set"]
    assert await changed_by("library") == ["library"]


async def test_rolled_back_change_is_not_published(services, here, bus):
    before = here.value("access")
    with pytest.raises(RuntimeError):
        async with unit_of_work(services.database) as unit:
            await here.increase(unit, "access")
            raise RuntimeError
    assert here.value("access") == before
    assert bus.sent == []


async def test_foreign_change_is_noticed_with_the_next_own_change(services):
    calls = []
    other = await Revisions.load(services.database)
    services.revisions.on_foreign_change("access", lambda: calls.append(1))
    await change(services, other, "access")
    await change(services, services.revisions, "access")
    assert calls == [1]


async def test_unknown_name_is_an_error(services):
    with pytest.raises(LookupError):
        await change(services, services.revisions, "weather")


class TestPublishedChange:
    async def test_message_names_the_changed_ids_unless_there_are_too_many(
        self, services, here, bus
    ):
        await change(services, here, "sessions", [7, 8])
        await change(services, here, "sessions", range(MAX_NAMED_IDS + 1))
        sent = [msgspec.msgpack.decode(message, type=Change) for _, message in bus.sent]
        assert sent == [Change("sessions", 2, [7, 8]), Change("sessions", 3, None)]
        assert here.invalidated == []

    async def test_only_the_named_entries_are_invalidated(self, here, bus):
        bus.deliver(Change("sessions", 2, [7, 8]), Change("sessions", 3, [9]))
        assert here.invalidated == [7, 8, 9]
        assert here.value("sessions") == 3

    async def test_everything_is_invalidated_when_no_ids_are_named(self, here, bus):
        bus.deliver(Change("sessions", 2, None))
        assert here.invalidated == ["all"]

    async def test_repeated_message_invalidates_nothing(self, here, bus):
        bus.deliver(Change("sessions", 2, [7]), Change("sessions", 2, [7]))
        assert here.invalidated == [7]

    async def test_messages_out_of_order_invalidate_only_the_named_entries(
        self, services, here, bus
    ):
        bus.deliver(Change("sessions", 3, [8]), Change("sessions", 2, [7]))
        assert (here.invalidated, here.value("sessions")) == ([8, 7], 3)
        await here.refresh()
        assert here.invalidated == [8, 7]

    async def test_own_change_before_an_older_message_invalidates_only_the_named_entries(
        self, services, here, bus
    ):
        await change(services, services.revisions, "sessions", [7])
        await change(services, here, "sessions", [8])
        bus.deliver(Change("sessions", 2, [7]))
        assert (here.invalidated, here.value("sessions")) == ([7], 3)

    async def test_revision_without_cached_entries_is_updated_at_once(self, services, here, bus):
        before = here.value("catalogue")
        bus.deliver(Change("catalogue", 3, None))
        assert here.value("catalogue") == before + 2


class TestChangeInTheDatabase:
    async def test_only_named_entries_are_invalidated_when_a_message_follows_the_first_look(
        self, services, here, bus
    ):
        await change(services, services.revisions, "sessions", [7])
        await here.refresh()  # the message is still on its way
        assert here.invalidated == []
        bus.deliver(Change("sessions", 2, [7]))
        await here.refresh()
        assert here.invalidated == [7]

    async def test_everything_is_invalidated_at_the_second_look_without_a_message(
        self, services, here
    ):
        await change(services, services.revisions, "sessions", [7])
        await here.refresh()
        await here.refresh()
        await here.refresh()
        assert (here.invalidated, here.value("sessions")) == (["all"], 2)

    async def test_everything_is_invalidated_when_an_earlier_message_is_missing(
        self, services, here, bus
    ):
        for each in (7, 8):
            await change(services, services.revisions, "sessions", [each])
        bus.deliver(Change("sessions", 3, [8]))
        await here.refresh()
        await here.refresh()
        assert (here.invalidated, here.value("sessions")) == ([8, "all"], 3)

    async def test_everything_is_invalidated_at_once_while_the_bus_is_disconnected(
        self, services, here, bus
    ):
        bus.is_connected = False
        await change(services, services.revisions, "sessions", [7])
        await here.refresh()
        assert here.invalidated == ["all"]

    async def test_everything_is_invalidated_at_once_after_a_gap_with_a_change(
        self, services, here, bus
    ):
        await here.refresh()
        await change(services, services.revisions, "sessions", [7])
        for listener in bus.gap_listeners:
            listener(None)
        await here.refresh()
        assert here.invalidated == ["all"]

    async def test_gap_without_a_change_invalidates_nothing(self, here, bus):
        for listener in bus.gap_listeners:
            listener(None)
        await here.refresh()
        assert here.invalidated == []
