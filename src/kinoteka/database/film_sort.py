"""The stored keys by which films are sorted by their titles (`search/title_order.py`).

A film has a key under the language "", of the title that was imported. It has a key under a
language of the site only if that differs: the film has a title in the language, or readers of the
language expect another order of scripts. So most films have one row.

Public operations: key_rows, store_keys, SliceKeys.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType
from typing import TypeAlias

from sqlalchemy import bindparam, delete, insert, literal_column, or_, select

from kinoteka.database.interface import Reader
from kinoteka.database.schema import film_sort, film_titles
from kinoteka.database.statement import Statement, in_list
from kinoteka.database.unit import Unit
from kinoteka.search.entry import IndexEntry
from kinoteka.search.title_order import title_key

LANGUAGES = ("en", "ru")
"""The languages of the site."""

KeyRow: TypeAlias = tuple[int, str, str]
"""The id of a film, a language and the key."""
Translation: TypeAlias = tuple[int, str, str]
"""The id of a film, a language and the title."""

COLUMNS = ("film_id", "language", "key")
TYPES = ("int8", "text", "text")

# The first title in a language comes last, so that it is the one in a dictionary.
TRANSLATIONS: Statement[Translation] = Statement(
    select(film_titles.c.film_id, film_titles.c.language, film_titles.c.title)
    .where(
        in_list(film_titles.c.film_id, bindparam("ids")),
        or_(*(film_titles.c.language == literal_column(f"'{each}'") for each in LANGUAGES)),
    )
    .order_by(film_titles.c.film_id, film_titles.c.position.desc())
)
DELETE: Statement[tuple[()]] = Statement(
    delete(film_sort).where(in_list(film_sort.c.film_id, bindparam("ids")))
)
INSERT: Statement[tuple[()]] = Statement(
    insert(film_sort).values({name: bindparam(name) for name in COLUMNS})
)


def key_rows(
    titles: Iterable[tuple[int, str]], translations: Iterable[Translation]
) -> list[KeyRow]:
    """Compute the rows of films, given their ids and titles. This needs no database."""
    translated = {(film_id, language): title for film_id, language, title in translations}
    found: list[KeyRow] = []
    for film_id, title in titles:
        common = title_key(title)
        found.append((film_id, "", common))
        for language in LANGUAGES:
            own = translated.get((film_id, language))
            if own is None and title.isascii():
                continue  # the order of scripts concerns only titles in other scripts
            key = title_key(title, language) if own is None else title_key(own, language, language)
            if key != common:
                found.append((film_id, language, key))
    return found


async def store_keys(unit: Unit, entries: Sequence[IndexEntry]) -> None:
    """Store the keys of a few films, in the unit's transaction."""
    ids = [entry.film_id for entry in entries]
    translations = await unit.all(TRANSLATIONS, ids=ids)
    await unit.run(DELETE, ids=ids)
    rows = key_rows(((entry.film_id, entry.title) for entry in entries), translations)
    await unit.run_many(INSERT, [dict(zip(COLUMNS, row, strict=True)) for row in rows])


class SliceKeys:
    """Stores the keys of many films, slice by slice, within the reader's transaction.

    The executor computes the keys of a slice while the caller stores the next one.
    """

    def __init__(self, reader: Reader, executor: ThreadPoolExecutor) -> None:
        self._reader = reader
        self._executor = executor
        self._pending: tuple[list[int], Future[list[KeyRow]]] | None = None

    def add(self, entries: Sequence[IndexEntry]) -> None:
        """Begin with the films of a slice, which are stored already."""
        self.finish()
        titles = [(entry.film_id, entry.title) for entry in entries]
        ids = [film_id for film_id, _ in titles]
        translations = self._reader.fetch(TRANSLATIONS, ids=ids)
        self._pending = ids, self._executor.submit(key_rows, titles, translations)

    def finish(self) -> None:
        """Store the keys of the last slice."""
        if self._pending is None:
            return
        ids, rows = self._pending
        self._pending = None
        self._reader.fetch(DELETE, ids=ids)
        target = f"{film_sort.name} ({', '.join(COLUMNS)})"
        _bulk(self._reader).copy_rows(self._reader.connection, target, TYPES, rows.result())


def _bulk(reader: Reader) -> ModuleType:
    if reader.engine == "postgresql":
        from kinoteka.database.engines.postgresql import bulk as postgresql

        return postgresql
    from kinoteka.database.engines.sqlite import bulk as sqlite

    return sqlite
