"""A small catalogue for tests: films with several genres, directors and labels, known by title.

`fill` writes it into a migrated database by plain inserts, as an import would leave it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Table, bindparam, insert, select

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.imports.genre_names import name_genres
from kinoteka.core.imports.names import sort_key
from kinoteka.database import film_search as search
from kinoteka.database import schema, weighted_ratings
from kinoteka.database.film_columns import UNKNOWN_VERSION
from kinoteka.database.film_sort import SliceKeys
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.database.schema import Department, film_credits, film_genres, genres, labels, people
from kinoteka.database.search_entries import read_entries
from kinoteka.database.source_ranks import OTHER_RANK
from kinoteka.database.statement import Statement
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows, write_transaction

UNKNOWN = 1
RECORDED_FILMS = """
(
    SELECT sources.name AS source, film_values.external_id, films.* FROM film_values
    JOIN sources ON sources.id = film_values.source_id JOIN films ON films.id = film_values.film_id
) AS films
"""
"""A subquery of films that have records: a row for each record, with its source and id there."""


@dataclass(frozen=True)
class SampleFilm:
    """A film to create. Without genres or directors it gets the built-in ones named Unknown."""

    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    label: str | None = None
    rating: float | None = None
    original_title: str | None = None
    description: str = ""
    trailer: str | None = None
    poster: str | None = None
    votes: int = 0
    runtime_minutes: int | None = None


RECORD = ("source_id", "external_id", "film_id", "fingerprint", "fingerprint_version")
PREMIUM = "premium"
ADULT = "adult"

# The ids are 1, 2, 3 … in this order.
CATALOGUE = (
    SampleFilm("Metropolis", 1927, ("Science Fiction", "Drama"), ("Fritz Lang",), rating=8.3),
    SampleFilm("M", 1931, ("Crime", "Drama"), ("Fritz Lang",), rating=8.3),
    SampleFilm(
        "The Cranes Are Flying",
        1957,
        ("Drama", "War"),
        ("Mikhail Kalatozov",),
        rating=8.2,
        original_title="Летят журавли",
        description="Two lovers are parted by the war.",
        trailer="https://trailers.example/cranes",
    ),
    SampleFilm("Stalker", 1979, ("Science Fiction",), ("Andrei Tarkovsky",), rating=8.1),
    SampleFilm(
        "The Matrix",
        1999,
        ("Action", "Science Fiction"),
        ("Lana Wachowski", "Lilly Wachowski"),
        rating=8.7,
    ),
    SampleFilm("Spider-Man", 2002, ("Action",), ("Sam Raimi",), rating=7.4),
    SampleFilm("Brother", 1997, ("Crime", "Drama"), ("Aleksei Balabanov",), original_title="Брат"),
    SampleFilm("Amélie", 2001, ("Comedy", "Romance"), ("Jean-Pierre Jeunet",), rating=8.3),
    SampleFilm("Nobody Knows When", None),
    SampleFilm("Man with a Movie Camera", 1929, ("Documentary",), ("Dziga Vertov",), PREMIUM),
    SampleFilm("Zanzibar Nights", 2003, ("Documentary", "Drama"), ("Zoe Hidden",), PREMIUM),
    SampleFilm("After Midnight", 2004, ("Erotic",), ("Zoe Hidden", "Fritz Lang"), ADULT),
    SampleFilm("Ran", 1985, ("Drama", "War"), ("Akira Kurosawa",), rating=8.2),
    SampleFilm("Seven Samurai", 1954, ("Drama", "Action"), ("Akira Kurosawa",), rating=8.6),
    SampleFilm("Rashomon", 1950, ("Crime", "Drama"), ("Akira Kurosawa",), rating=8.1),
    SampleFilm("Dreams", 1990, ("Drama",), ("Akira Kurosawa", "Ishirō Honda"), rating=7.7),
    SampleFilm("Mirror", 1975, ("Drama",), ("Andrei Tarkovsky",), original_title="Зеркало"),
    SampleFilm("Solaris", 1972, ("Science Fiction", "Drama"), ("Andrei Tarkovsky",)),
    SampleFilm("Alien", 1979, ("Science Fiction", "Horror"), ("Ridley Scott",), rating=8.5),
    SampleFilm("Blade Runner", 1982, ("Science Fiction",), ("Ridley Scott",), rating=8.1),
)


def fill_catalogue(settings: Settings, films: Sequence[SampleFilm] = CATALOGUE) -> dict[str, int]:
    """Write the films into a migrated database. Return their ids by title.

    A running server notices within a second.
    """
    with write_transaction(settings) as reader:
        ids = {film.title: _insert(reader, film) for film in films}
        recount_all(reader)
        name_genres(reader)
        weighted_ratings.refresh(reader)
        entries = read_entries(reader, list(ids.values()))
        search.index(reader, entries)
        store_film_sort(reader, entries)
        for name in ("catalogue", "access"):
            reader.fetch(INCREMENT_REVISION, revision=name)
    return ids


def store_film_sort(reader: Reader, entries: Sequence[search.IndexEntry]) -> None:
    """Store the keys by which films are sorted by title."""
    with ThreadPoolExecutor(1) as executor:
        keys = SliceKeys(reader, executor)
        keys.add(entries)
        keys.finish()


def stored_counts(settings: Settings, *, recounted: bool = False) -> list[list[tuple[int, ...]]]:
    """Return the counts of genres and directors, as stored or as recounting stores them."""
    if recounted:
        with write_transaction(settings) as reader:
            recount_all(reader)
    return [
        rows(settings, f"SELECT * FROM {kind}_counts ORDER BY 1, 2")
        for kind in ("genre", "director")
    ]


def ids_by_name(settings: Settings, table: str) -> dict[str, int]:
    """Return the ids of all genres, directors or labels by name."""
    return dict(rows(settings, f"SELECT name, id FROM {table}"))


def _insert(reader: Reader, film: SampleFilm) -> int:
    genre_ids = [_named(reader, genres, name) for name in film.genres] or [UNKNOWN]
    director_ids = [_named(reader, people, name) for name in film.directors] or [UNKNOWN]
    film_id = _add(
        reader,
        schema.films,
        title=film.title,
        original_title=film.original_title,
        description=film.description,
        trailer=film.trailer,
        poster=film.poster,
        year=film.year,
        rating=film.rating,
        runtime_minutes=film.runtime_minutes,
        votes=film.votes,
        genre_id=genre_ids[0],
        director_id=director_ids[0],
        label_id=film.label and _label(reader, film.label),
    )
    reader.fetch(
        _insertion(schema.film_values, RECORD),
        source_id=_source(reader),
        external_id=film.title,
        film_id=film_id,
        fingerprint=0,
        fingerprint_version=UNKNOWN_VERSION,
    )
    for position, genre_id in enumerate(genre_ids):
        _add(reader, film_genres, genre_id=genre_id, film_id=film_id, position=position)
    for position, director_id in enumerate(director_ids):
        _add(
            reader,
            film_credits,
            film_id=film_id,
            department=Department.DIRECTING,
            position=position,
            person_id=director_id,
        )
    return film_id


def _source(reader: Reader) -> int:
    known = _first(reader, schema.sources, "name", "tests")
    return known or _add(reader, schema.sources, name="tests", rank=OTHER_RANK)


def _named(reader: Reader, table: Table, name: str) -> int:
    key = name.casefold()
    values = {"name": name, "name_key": key}
    if table is people:
        values["sort_key"] = sort_key(name)
    return _first(reader, table, "name_key", key) or _add(reader, table, **values)


def _label(reader: Reader, name: str) -> int:
    return _first(reader, labels, "name", name) or _add(reader, labels, name=name)


def _first(reader: Reader, table: Table, column: str, value: str) -> int | None:
    found = reader.fetch(_lookup(table, column), value=value)
    return found[0][0] if found else None


def _add(reader: Reader, table: Table, **values: object) -> int:
    return int(reader.fetch(_insertion(table, tuple(values)), **values)[0][0])


@cache  # compiling takes longer than running
def _lookup(table: Table, column: str) -> Statement[tuple[int]]:
    return Statement(select(table.c.id).where(table.c[column] == bindparam("value")))


@cache
def _insertion(table: Table, columns: tuple[str, ...]) -> Statement[tuple[int]]:
    clause = insert(table).values({name: bindparam(name) for name in columns})
    return Statement(clause.returning(next(iter(table.primary_key))))
