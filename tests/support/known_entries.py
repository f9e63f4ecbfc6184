"""The known films in a search index, and how well their queries find them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import msgspec

from kinoteka.database.engines import database_path
from kinoteka.database.engines.postgresql import driver as postgresql
from kinoteka.database.engines.sqlite import driver as sqlite
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.entry import IndexEntry
from tests.support.known_films import KnownQuery, known_films, known_queries, russian_names

FIRST = 5
"""The number of first results that count as almost found."""


class Relevance(msgspec.Struct, frozen=True):
    """The shares of queries with a right film in first place and among the first five.

    `misses` are the other queries, with the place of the right film, or 0 if it was not found.
    """

    first: float
    first_five: float
    misses: list[tuple[str, int]]


def known_entries() -> list[IndexEntry]:
    """Return the entries of the known films. The ids are 1, 2, 3 … in the order of the file."""
    return [
        IndexEntry(
            number,
            film.title,
            film.original_title,
            film.votes,
            film.year,
            (film.title_ru,) if film.title_ru else (),
            _names((*film.directors, *film.cast)),
        )
        for number, film in enumerate(known_films(), 1)
    ]


def measure(
    find: Callable[[str], Sequence[int]], queries: Sequence[KnownQuery] = known_queries()
) -> Relevance:
    """Run queries and compare the results. `find` returns the ids of `known_entries` and others."""
    ids = {film.key: number for number, film in enumerate(known_films(), 1)}
    places = []
    for query in queries:
        found = find(query.query)
        right = {ids[film] for film in query.films}
        place = next((at for at, film_id in enumerate(found, 1) if film_id in right), 0)
        places.append((query.query, place))
    return Relevance(
        sum(place == 1 for _, place in places) / len(places),
        sum(0 < place <= FIRST for _, place in places) / len(places),
        [(query, place) for query, place in places if place != 1],
    )


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """Open the database of these settings for reading."""
    if settings.database_url:
        with postgresql.connect(settings, read_only=True) as connection:
            yield postgresql.PostgreSQLReader(connection)
    else:
        with closing(sqlite.connect(database_path(settings), read_only=True)) as connection:
            yield sqlite.SQLiteReader(connection)


def _names(names: Sequence[str]) -> tuple[str, ...]:
    in_russian = russian_names()
    return tuple(
        dict.fromkeys((*names, *(in_russian[each] for each in names if each in in_russian)))
    )
