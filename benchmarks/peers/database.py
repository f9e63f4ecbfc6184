"""The peers' database: films, their genres and directors, accounts and bookmarks.

The films come from Kinoteka's own database, so that all servers have the same ones.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

TABLES = """
CREATE TABLE genres (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE directors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE films (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, year INTEGER,
    rating REAL, genre_id INTEGER REFERENCES genres (id),
    director_id INTEGER REFERENCES directors (id)
);
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT NOT NULL
);
CREATE TABLE bookmarks (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    film_id INTEGER NOT NULL REFERENCES films (id),
    id INTEGER PRIMARY KEY,
    UNIQUE (account_id, film_id)
);
"""
COPY = """
INSERT INTO genres SELECT id, name FROM kinoteka.genres;
INSERT INTO directors SELECT id, name FROM kinoteka.people;
INSERT INTO films
SELECT id, title, coalesce(description, ''), year, rating,
    (SELECT genre_id FROM kinoteka.film_genres WHERE film_id = id ORDER BY position LIMIT 1),
    (SELECT person_id FROM kinoteka.credits WHERE film_id = id AND department = 1
     ORDER BY position LIMIT 1)
FROM kinoteka.films;
ANALYZE;
"""


def create(path: Path, source: Path, accounts: list[tuple[str, str]]) -> None:
    """Create the database from Kinoteka's, with accounts of these addresses and hashes."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("ATTACH ? AS kinoteka", (str(source),))
        connection.executescript(TABLES + COPY)
        connection.executemany(
            "INSERT INTO accounts (email, name, password) VALUES (?, 'Reader', ?)", accounts
        )
        connection.commit()
