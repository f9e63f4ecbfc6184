"""What the search index contains of each film, read from the tables of the catalogue.

This is the only definition of it: imports, edits, copies and rebuilds of the index use it.

Public operations: read_entries, entries_after, all_entries.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import BigInteger, Select, bindparam, select

from kinoteka.database.interface import Reader
from kinoteka.database.schema import directors, film_directors, films
from kinoteka.database.statement import Statement, in_list, joined_lines
from kinoteka.search import index_rows
from kinoteka.search.entry import IndexEntry

UNKNOWN = 1
"""The id of the built-in director of films that have none."""


def _entry(
    film_id: int,
    title: str,
    original_title: str | None,
    votes: int,
    year: int | None,
    directors: str | None,
) -> IndexEntry:
    people = tuple(sorted(directors.split("\n"))) if directors else ()
    return IndexEntry(film_id, title, original_title, votes, year, (), people)


def _names() -> Select[tuple[str]]:
    return (
        select(joined_lines(directors.c.name))
        .join(film_directors, film_directors.c.director_id == directors.c.id)
        .where(film_directors.c.film_id == films.c.id, directors.c.id != UNKNOWN)
    )


_ENTRIES = select(
    films.c.id.label("film_id"),
    films.c.title,
    films.c.original_title,
    films.c.votes,
    films.c.year,
    _names().scalar_subquery().label("directors"),
)
ENTRIES: Statement[IndexEntry] = Statement(
    _ENTRIES.where(in_list(films.c.id, bindparam("ids"))), _entry
)
ENTRIES_AFTER: Statement[IndexEntry] = Statement(
    _ENTRIES.where(films.c.id > bindparam("after", type_=BigInteger()))
    .order_by(films.c.id)
    .limit(bindparam("most", type_=BigInteger())),
    _entry,
)


def read_entries(reader: Reader, film_ids: Sequence[int]) -> list[IndexEntry]:
    """Return the entries of these films. Skip ids that do not exist."""
    return reader.fetch(ENTRIES, ids=list(film_ids))


def entries_after(reader: Reader, film_id: int, most: int) -> list[IndexEntry]:
    """Return the entries of the next films by id."""
    return reader.fetch(ENTRIES_AFTER, after=film_id, most=most)


def all_entries(reader: Reader) -> Iterator[IndexEntry]:
    """Yield the entries of all films by id."""
    last = 0
    while found := entries_after(reader, last, index_rows.SLICE):
        yield from found
        last = found[-1].film_id
