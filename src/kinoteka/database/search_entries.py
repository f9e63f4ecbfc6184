"""What the search index contains of each film, read from the tables of the catalogue.

This is the only definition of it: imports, edits, copies and rebuilds of the index use it.

Public operations: read_entries, entries_after, all_entries.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import BigInteger, bindparam, case, exists, literal_column, select

from kinoteka.database.interface import Reader
from kinoteka.database.schema import film_credits, film_titles, films, people, person_names
from kinoteka.database.statement import Statement, in_list, joined_lines
from kinoteka.search import index_rows
from kinoteka.search.entry import IndexEntry

UNKNOWN = 1
"""The id of the built-in person who directed the films without directors."""


def _entry(
    film_id: int,
    title: str,
    original_title: str | None,
    votes: int,
    year: int | None,
    titles: str | None,
    names: str | None,
    translated_names: str | None,
) -> IndexEntry:
    people = sorted({*_texts(names), *_texts(translated_names)})
    others = tuple(sorted(_texts(titles)))
    return IndexEntry(film_id, title, original_title, votes, year, others, tuple(people))


def _texts(joined: str | None) -> list[str]:
    return joined.split("\n") if joined else []


_titles = select(joined_lines(film_titles.c.title)).where(film_titles.c.film_id == films.c.id)
# A join could begin with the people, and read all credits of each for every film.
_name = select(people.c.name).where(people.c.id == film_credits.c.person_id)
_person_names = select(joined_lines(person_names.c.name)).where(
    person_names.c.person_id == film_credits.c.person_id
)
_names, _translated_names = (
    select(joined_lines(each.scalar_subquery())).where(
        film_credits.c.film_id == films.c.id, film_credits.c.person_id != UNKNOWN
    )
    for each in (_name, _person_names)
)
_HAS_TRANSLATED_NAMES = exists(select(literal_column("1")).select_from(person_names))
_ENTRIES = select(
    films.c.id.label("film_id"),
    films.c.title,
    films.c.original_title,
    films.c.votes,
    films.c.year,
    _titles.scalar_subquery().label("titles"),
    _names.scalar_subquery().label("names"),
    # Usually, there are no translated names, so the credits need not be read once more.
    case((_HAS_TRANSLATED_NAMES, _translated_names.scalar_subquery())).label("translated_names"),
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
