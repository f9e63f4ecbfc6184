"""Revisions: how caches in memory learn that another process has changed the database.

Whoever changes a kind of thing raises its revision in the same transaction, and tells the other
processes what has changed once that is stored. A process that hears of the next revision drops
what is named; one that finds in the database a revision of which it has not heard drops all that
it has cached of that kind. It looks every half second, so the bus is for speed and precision.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, select, update

from kinoteka.database.interface import Database
from kinoteka.database.schema import revisions
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit
from kinoteka.realtime.bus import Bus, NoBus

INCREMENT_REVISION: Statement[tuple[int]] = Statement(
    update(revisions)
    .where(revisions.c.name == bindparam("revision"))
    .values(value=revisions.c.value + 1)
    .returning(revisions.c.value)
)
ALL: Statement[tuple[str, int]] = Statement(select(revisions.c.name, revisions.c.value))

CHANNEL = "revisions"
NAMED_MOST = 1000
"""What changes more things than that at once does not name them."""

DropAll = Callable[[], None]
DropOne = Callable[[int], None]


class Change(msgspec.Struct, array_like=True):
    """What processes tell each other: the ids of what has changed, or (None) anything."""

    name: str
    value: int
    ids: list[int] | None


class Revisions:
    """The revisions as this process knows them."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._data_version: int | None = None
        self._known: dict[str, int] = {}
        self._listeners: dict[str, list[tuple[DropAll, DropOne | None]]] = {}
        # Revisions that have come before one that precedes them, and those found in the database
        # before they were told of.
        self._ahead: dict[str, set[int]] = {}
        self._awaited: dict[str, int] = {}
        self._decoder = msgspec.msgpack.Decoder(Change)
        bus.on_message(CHANNEL, self._heard)
        bus.on_gap(self._missed)

    @classmethod
    async def load(cls, database: Database, bus: Bus | None = None) -> "Revisions":
        """The revisions as they are now."""
        loaded = cls(database, bus or NoBus())
        await loaded._bus.subscribe(CHANNEL)
        await loaded.look()
        return loaded

    def on_foreign_change(
        self, name: str, drop_all: DropAll, drop_one: DropOne | None = None
    ) -> None:
        """Call these when another process has changed such things.

        `drop_one` is called with the id of each where they are named.
        """
        self._listeners.setdefault(name, []).append((drop_all, drop_one))

    def value(self, name: str) -> int:
        """The newest revision known; it only ever grows."""
        return self._known[name]

    def revision_of(self, names: Iterable[str]) -> int:
        """Return a number that is different for every state of all these kinds of data."""
        # Each revision only grows, so their sum does.
        return sum(map(self._known.__getitem__, names))

    async def increase(self, unit: Unit, name: str, ids: Sequence[int] | None = None) -> None:
        """Note in the unit's transaction that such things change: these, or (None) any."""
        row = await unit.first(INCREMENT_REVISION, revision=name)
        if row is None:
            raise LookupError(name)
        named = None if ids is None or len(ids) > NAMED_MOST else list(ids)
        change = Change(name, row[0], named)
        unit.after_commit(lambda: self._committed(change))

    async def look(self) -> None:
        """See whether another process has changed anything; some microseconds when not."""
        data_version = self._database.data_version()
        if data_version is not None and data_version == self._data_version:
            return
        for name, value in await self._database.read(ALL.compiled(self._database.name), {}):
            self._found(name, value)
        # Last, since a look that fails is to be had again; as is one that finds too much.
        self._data_version = None if self._awaited else data_version

    def _committed(self, change: Change) -> None:
        self._bus.publish(CHANNEL, msgspec.msgpack.encode(change))
        self._note(change.name, change.value)

    def _heard(self, channel: str, message: bytes) -> None:
        del channel
        change = self._decoder.decode(message)
        if change.value > self._known.get(change.name, 0):
            self._drop(change.name, change.ids)
            self._note(change.name, change.value)

    def _note(self, name: str, value: int) -> None:
        """A change whose own cached things are dropped; those before it may be on their way."""
        if value <= self._known[name]:
            return
        ahead = self._ahead.setdefault(name, set())
        ahead.add(value)
        while self._known[name] + 1 in ahead:
            self._known[name] += 1
            ahead.discard(self._known[name])
        if ahead and not self._is_told_of(name):
            self._skip_to(name, max(ahead))

    def _found(self, name: str, value: int) -> None:
        known = self._known.setdefault(name, value)
        awaited = self._awaited.pop(name, 0)
        if value <= known:
            return
        if awaited > known or not self._is_told_of(name):
            self._skip_to(name, value)
        else:  # most likely it is just being told: that is waited for until the next look
            self._awaited[name] = value

    def _is_told_of(self, name: str) -> bool:
        """Whether it pays to wait for word of single changes."""
        return self._bus.is_connected and name in self._listeners

    def _skip_to(self, name: str, value: int) -> None:
        """Drop everything of a kind, since nobody has told what has changed."""
        self._known[name] = value
        self._ahead[name] = {each for each in self._ahead.get(name, ()) if each > value}
        self._drop(name, None)

    def _drop(self, name: str, ids: Sequence[int] | None) -> None:
        for drop_all, drop_one in self._listeners.get(name, ()):
            if ids is None or drop_one is None:
                drop_all()
            else:
                for each in ids:
                    drop_one(each)

    def _missed(self, channel: str | None) -> None:
        """Whatever is found next has not been told of, and will not be."""
        if channel in (None, CHANNEL):
            self._awaited = {name: value + 1 for name, value in self._known.items()}
            self._data_version = None
