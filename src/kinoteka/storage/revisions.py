"""Revisions: how caches in memory learn that another process has changed the database.

Whoever changes a kind of thing raises its revision in the same transaction. A process that
finds a revision it did not raise itself drops what it has cached of that kind.
"""

from collections.abc import Callable

from sqlalchemy import bindparam, select, update

from kinoteka.storage.database import Database
from kinoteka.storage.schema import revisions
from kinoteka.storage.statement import Statement
from kinoteka.storage.unit import Unit

RAISE: Statement[tuple[int]] = Statement(
    update(revisions)
    .where(revisions.c.name == bindparam("revision"))
    .values(value=revisions.c.value + 1)
    .returning(revisions.c.value)
)
ALL: Statement[tuple[str, int]] = Statement(select(revisions.c.name, revisions.c.value))

Listener = Callable[[], None]


class Revisions:
    """The revisions as this process knows them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._data_version: int | None = None
        self._known: dict[str, int] = {}
        self._listeners: dict[str, list[Listener]] = {}

    @classmethod
    async def load(cls, database: Database) -> "Revisions":
        """The revisions as they are now."""
        loaded = cls(database)
        await loaded.look()
        return loaded

    def on_foreign_change(self, name: str, listener: Listener) -> None:
        """Call `listener` when another process has changed such things."""
        self._listeners.setdefault(name, []).append(listener)

    def value(self, name: str) -> int:
        """The newest revision known; it only ever grows."""
        return self._known[name]

    async def increase(self, unit: Unit, name: str) -> None:
        """Note in the unit's transaction that such things change."""
        row = await unit.first(RAISE, revision=name)
        if row is None:
            raise LookupError(name)
        value = row[0]
        unit.after_commit(lambda: self._committed(name, value))

    async def look(self) -> None:
        """See whether another process has changed anything; some microseconds when not."""
        data_version = self._database.data_version()
        if data_version is not None and data_version == self._data_version:
            return
        for name, value in await self._database.read(ALL.compiled(self._database.name), {}):
            self._note(name, value)
        self._data_version = data_version  # last: a look that fails is to be had again

    def _committed(self, name: str, value: int) -> None:
        if value == self._known[name] + 1:
            self._known[name] = value
        else:  # somebody else has changed such things in between
            self._note(name, value)

    def _note(self, name: str, value: int) -> None:
        known = self._known.get(name)
        if known is not None and value <= known:
            return
        self._known[name] = value
        if known is not None:
            for listener in self._listeners.get(name, ()):
                listener()
