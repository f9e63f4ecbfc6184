"""Revisions: counters that tell caches in memory what another process has changed.

A transaction that changes a kind of data increases its revision. After the commit, the process
publishes the revision with the ids of what changed. A process that receives the next revision
invalidates the entries with these ids. A process that finds an unpublished revision in the
database invalidates everything that it has cached of that kind. Processes look every half second,
so the bus only makes invalidation faster and more precise.

A change of the fields of one film increases a part of the revision "catalogue" (`FILM_PARTS`)
instead of the whole. Caches of responses are made of "catalogue" and notice every change. The order
by year is made of "film_years" and notices changes of years, and changes that concern all films.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, select, update

from kinoteka.database.interface import Database, Rows
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
# Writers of the same data wait for each other here.
LOCK_REVISION: Statement[tuple[()]] = Statement(
    update(revisions)
    .where(revisions.c.name == bindparam("revision"))
    .values(value=revisions.c.value)
)
ALL: Statement[tuple[str, int]] = Statement(select(revisions.c.name, revisions.c.value))

FILM_PARTS = (
    "film_texts",
    "film_titles",
    "film_years",
    "film_ratings",
    "film_genres",
    "film_directors",
)
"""The parts of the revision "catalogue"."""
FILM_SET = "film_set"
"""Made only of changes that may concern all films, such as imports, and of who sees a film."""
_ROWS: dict[str, tuple[str, ...]] = {
    "catalogue": ("catalogue", *FILM_PARTS),
    FILM_SET: ("catalogue",),
    **{part: ("catalogue", part) for part in FILM_PARTS},
}
"""The stored revisions that each name stands for, if not only for itself."""

CHANNEL = "revisions"
MAX_NAMED_IDS = 1000
"""A change of more ids does not name them."""

InvalidateAll = Callable[[], None]
InvalidateOne = Callable[[int], None]


class Change(msgspec.Struct, array_like=True):
    """A published change. `ids` is None if anything of this kind may have changed."""

    name: str
    value: int
    ids: list[int] | None


class Revisions:
    """The revisions that this process knows, and the listeners to their changes."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._data_version: int | None = None
        self._known: dict[str, int] = {}
        self._totals: dict[str, int] = {}  # of the stored revisions that a name stands for
        self._listeners: dict[str, list[tuple[InvalidateAll, InvalidateOne | None]]] = {}
        # `_ahead`: revisions that were received before an earlier one. `_awaited`: revisions that
        # were found in the database before their message arrived.
        self._ahead: dict[str, set[int]] = {}
        self._awaited: dict[str, int] = {}
        self._decoder = msgspec.msgpack.Decoder(Change)
        bus.on_message(CHANNEL, self._receive)
        bus.on_gap(self._on_gap)

    @classmethod
    async def load(cls, database: Database, bus: Bus | None = None) -> "Revisions":
        """Subscribe to changes and return the current revisions."""
        loaded = cls(database, bus or NoBus())
        await loaded._bus.subscribe(CHANNEL)
        await loaded.refresh()
        return loaded

    def on_foreign_change(
        self, name: str, invalidate_all: InvalidateAll, invalidate_one: InvalidateOne | None = None
    ) -> None:
        """Call these functions when another process has changed this kind of data.

        `invalidate_one` is called with each id if the change names ids.
        """
        self._listeners.setdefault(name, []).append((invalidate_all, invalidate_one))

    def value(self, name: str) -> int:
        """Return the newest known revision, including its parts. It never decreases."""
        return self._totals[name]

    def revision_of(self, names: Iterable[str]) -> int:
        """Return a number that is different for every state of all these kinds of data."""
        # Each revision only grows, so their sum does.
        return sum(map(self._totals.__getitem__, names))

    async def lock(self, unit: Unit, name: str) -> None:
        """Make other writers of this kind of data wait until the unit's transaction ends."""
        await unit.run(LOCK_REVISION, revision=name)

    async def increase(self, unit: Unit, name: str, ids: Sequence[int] | None = None) -> None:
        """Increase a revision in the unit's transaction. `ids` names what changes, if known."""
        change = Change(name, 0, None if ids is None or len(ids) > MAX_NAMED_IDS else list(ids))

        def receive(rows: Rows) -> None:
            if not rows:
                raise LookupError(name)
            change.value = rows[0][0]

        await unit.queue_for_rows(INCREMENT_REVISION, receive, revision=name)
        unit.after_commit(lambda: self._committed(change))

    async def refresh(self) -> None:
        """Check whether another process has changed anything. Without a change: microseconds."""
        data_version = self._database.data_version()
        if data_version is not None and data_version == self._data_version:
            return
        for name, value in await self._database.read(ALL.compiled(self._database.name), {}):
            self._compare(name, value)
        # Set last, so that a failed look is repeated, and one that still awaits messages, too.
        self._data_version = None if self._awaited else data_version

    def _committed(self, change: Change) -> None:
        self._bus.publish(CHANNEL, msgspec.msgpack.encode(change))
        self._record(change.name, change.value)

    def _receive(self, channel: str, message: bytes) -> None:
        del channel
        change = self._decoder.decode(message)
        if change.value > self._known.get(change.name, 0):
            self._invalidate(change.name, change.ids)
            self._record(change.name, change.value)

    def _record(self, name: str, value: int) -> None:
        """Record a change whose entries are invalid. Earlier changes may still arrive."""
        if value <= self._known[name]:
            return
        ahead = self._ahead.setdefault(name, set())
        ahead.add(value)
        while self._known[name] + 1 in ahead:
            self._set_known(name, self._known[name] + 1)
            ahead.discard(self._known[name])
        if ahead and not self._expects_messages(name):
            self._skip_to(name, max(ahead))

    def _compare(self, name: str, value: int) -> None:
        if name not in self._known:
            self._set_known(name, value)
        known = self._known[name]
        awaited = self._awaited.pop(name, 0)
        if value <= known:
            return
        if awaited > known or not self._expects_messages(name):
            self._skip_to(name, value)
        else:  # its message is probably on its way: wait for it until the next look
            self._awaited[name] = value

    def _expects_messages(self, name: str) -> bool:
        """Return whether messages name the changes of this kind, so that waiting for them pays."""
        return self._bus.is_connected and name in self._listeners

    def _skip_to(self, name: str, value: int) -> None:
        """Invalidate everything of a kind, because no message named what changed."""
        self._set_known(name, value)
        self._ahead[name] = {each for each in self._ahead.get(name, ()) if each > value}
        self._invalidate(name, None)

    def _set_known(self, name: str, value: int) -> None:
        self._known[name] = self._totals[name] = value
        for total, rows in _ROWS.items():
            if name in rows:
                self._totals[total] = sum(self._known.get(row, 0) for row in rows)

    def _invalidate(self, name: str, ids: Sequence[int] | None) -> None:
        for invalidate_all, invalidate_one in self._listeners.get(name, ()):
            if ids is None or invalidate_one is None:
                invalidate_all()
            else:
                for each in ids:
                    invalidate_one(each)

    def _on_gap(self, channel: str | None) -> None:
        """Expect no messages for the revisions that the next look finds."""
        if channel in (None, CHANNEL):
            self._awaited = {name: value + 1 for name, value in self._known.items()}
            self._data_version = None
