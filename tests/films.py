"""A small catalogue for tests: films with several genres, directors and labels, known by title.

`fill` writes it into a migrated database by plain inserts, as an import would leave it.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.storage import search

UNKNOWN = 1


@dataclass(frozen=True)
class FilmToBe:
    """A film to be; without genres or directors it gets the built-in ones named Unknown."""

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


PREMIUM = "premium"
ADULT = "adult"

# The ids are 1, 2, 3 … in this order.
CATALOGUE = (
    FilmToBe("Metropolis", 1927, ("Science Fiction", "Drama"), ("Fritz Lang",), rating=8.3),
    FilmToBe("M", 1931, ("Crime", "Drama"), ("Fritz Lang",), rating=8.3),
    FilmToBe(
        "The Cranes Are Flying",
        1957,
        ("Drama", "War"),
        ("Mikhail Kalatozov",),
        rating=8.2,
        original_title="Летят журавли",
        description="Two lovers are parted by the war.",
        trailer="https://trailers.example/cranes",
    ),
    FilmToBe("Stalker", 1979, ("Science Fiction",), ("Andrei Tarkovsky",), rating=8.1),
    FilmToBe(
        "The Matrix",
        1999,
        ("Action", "Science Fiction"),
        ("Lana Wachowski", "Lilly Wachowski"),
        rating=8.7,
    ),
    FilmToBe("Spider-Man", 2002, ("Action",), ("Sam Raimi",), rating=7.4),
    FilmToBe("Brother", 1997, ("Crime", "Drama"), ("Aleksei Balabanov",), original_title="Брат"),
    FilmToBe("Amélie", 2001, ("Comedy", "Romance"), ("Jean-Pierre Jeunet",), rating=8.3),
    FilmToBe("Nobody Knows When", None),
    FilmToBe("Man with a Movie Camera", 1929, ("Documentary",), ("Dziga Vertov",), PREMIUM),
    FilmToBe("Zanzibar Nights", 2003, ("Documentary", "Drama"), ("Zoe Hidden",), PREMIUM),
    FilmToBe("After Midnight", 2004, ("Erotic",), ("Zoe Hidden", "Fritz Lang"), ADULT),
    FilmToBe("Ran", 1985, ("Drama", "War"), ("Akira Kurosawa",), rating=8.2),
    FilmToBe("Seven Samurai", 1954, ("Drama", "Action"), ("Akira Kurosawa",), rating=8.6),
    FilmToBe("Rashomon", 1950, ("Crime", "Drama"), ("Akira Kurosawa",), rating=8.1),
    FilmToBe("Dreams", 1990, ("Drama",), ("Akira Kurosawa", "Ishirō Honda"), rating=7.7),
    FilmToBe("Mirror", 1975, ("Drama",), ("Andrei Tarkovsky",), original_title="Зеркало"),
    FilmToBe("Solaris", 1972, ("Science Fiction", "Drama"), ("Andrei Tarkovsky",)),
    FilmToBe("Alien", 1979, ("Science Fiction", "Horror"), ("Ridley Scott",), rating=8.5),
    FilmToBe("Blade Runner", 1982, ("Science Fiction",), ("Ridley Scott",), rating=8.1),
)


def fill(database: Path, films: Sequence[FilmToBe] = CATALOGUE) -> dict[str, int]:
    """Write the films into a migrated database; their ids by title.

    A server that runs on it notices within a second.
    """
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        ids = {film.title: _insert(connection, film) for film in films}
        recount_all(connection)
        search.index(
            connection,
            (search.Entry(ids[f.title], f.title, f.original_title, 0) for f in films),
        )
        connection.execute(
            "UPDATE revisions SET value = value + 1 WHERE name IN ('catalogue', 'access')"
        )
    return ids


def names(database: Path, table: str) -> dict[str, int]:
    """The ids of all genres, directors or labels by name."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        return dict(connection.execute(f"SELECT name, id FROM {table}").fetchall())


def _insert(connection: sqlite3.Connection, film: FilmToBe) -> int:
    genres = [_named(connection, "genres", name) for name in film.genres] or [UNKNOWN]
    directors = [_named(connection, "directors", name) for name in film.directors] or [UNKNOWN]
    row = {
        "source": "tests",
        "title": film.title,
        "original_title": film.original_title,
        "description": film.description,
        "trailer": film.trailer,
        "poster": film.poster,
        "year": film.year,
        "rating": film.rating,
        "votes": 0,
        "genre_id": genres[0],
        "director_id": directors[0],
        "label_id": _label(connection, film.label),
        "fingerprint": 0,
    }
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    film_id = connection.execute(
        f"INSERT INTO films (external_id, {columns}) "
        f"VALUES ((SELECT count(*) FROM films), {values}) RETURNING id",
        row,
    ).fetchone()[0]
    for table, column, members in (
        ("film_genres", "genre_id", genres),
        ("film_directors", "director_id", directors),
    ):
        connection.executemany(
            f"INSERT INTO {table} ({column}, film_id, position) VALUES (?, ?, ?)",
            [(member, film_id, position) for position, member in enumerate(members)],
        )
    return int(film_id)


def _named(connection: sqlite3.Connection, table: str, name: str) -> int:
    connection.execute(
        f"INSERT INTO {table} (name, name_key) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (name, name.casefold()),
    )
    found = connection.execute(
        f"SELECT id FROM {table} WHERE name_key = ?", (name.casefold(),)
    ).fetchone()
    return int(found[0])


def _label(connection: sqlite3.Connection, name: str | None) -> int | None:
    if name is None:
        return None
    connection.execute("INSERT INTO labels (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    found = connection.execute("SELECT id FROM labels WHERE name = ?", (name,)).fetchone()
    return int(found[0])
