"""The known films in a database, with their genres, people and countries."""

from collections.abc import Iterable

from kinoteka.core.imports.names import sort_key
from kinoteka.database.schema import Department
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute_many
from tests.support.films import UNKNOWN
from tests.support.known_films import FilmKey, known_films

FIRST_ID = UNKNOWN + 1
"""The first id of a genre or person."""


def fill_with_known_films(settings: Settings) -> dict[FilmKey, int]:
    """Write the known films into a migrated database without films. Return their ids."""
    films = known_films()
    genres = _ids(genre for film in films for genre in film.genres)
    people = _ids(name for film in films for name in (*film.directors, *film.cast))
    countries = _ids(country for film in films for country in film.countries)
    keys = [(number, name, sort_key(name)) for name, number in genres.items()]
    execute_many(settings, "INSERT INTO genres (id, name, name_key) VALUES (?, ?, ?)", keys)
    names = [(number, name, sort_key(name), sort_key(name)) for name, number in people.items()]
    insert = "INSERT INTO people (id, name, name_key, sort_key) VALUES (?, ?, ?, ?)"
    execute_many(settings, insert, names)
    insert = (
        "INSERT INTO films (id, title, year, votes, genre_id, director_id, description)"
        " VALUES (?, ?, ?, ?, ?, ?, '')"
    )
    rows = []
    for number, film in enumerate(films, 1):
        genre_id = genres[film.genres[0]] if film.genres else UNKNOWN
        director_id = people[film.directors[0]] if film.directors else UNKNOWN
        rows.append((number, film.title, film.year, film.votes, genre_id, director_id))
    execute_many(settings, insert, rows)
    credited, with_genres, with_countries = [], [], []
    for number, film in enumerate(films, 1):
        for department, named in (
            (Department.DIRECTING, film.directors),
            (Department.ACTING, film.cast),
        ):
            credited += [
                (number, department.value, position, people[name])
                for position, name in enumerate(dict.fromkeys(named))
            ]
        with_genres += [(genres[name], number, at) for at, name in enumerate(film.genres)]
        # The countries have other codes here, which does not matter for comparing them.
        with_countries += [
            (number, f"{countries[name]:02}", at) for at, name in enumerate(film.countries)
        ]
    insert = "INSERT INTO credits (film_id, department, position, person_id) VALUES (?, ?, ?, ?)"
    execute_many(settings, insert, credited)
    insert = "INSERT INTO film_genres (genre_id, film_id, position) VALUES (?, ?, ?)"
    execute_many(settings, insert, with_genres)
    insert = "INSERT INTO film_countries (film_id, country, position) VALUES (?, ?, ?)"
    execute_many(settings, insert, with_countries)
    return {film.key: number for number, film in enumerate(films, 1)}


def _ids(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names), FIRST_ID)}
