"""Statements on the values of filters and on similar films."""

from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Select,
    asc,
    bindparam,
    desc,
    func,
    null,
    select,
    union,
    union_all,
)

from kinoteka.core.catalogue.model import UNKNOWN, GenreCount
from kinoteka.core.catalogue.queries import ids_as_json
from kinoteka.database.schema import (
    Department,
    director_counts,
    film_countries,
    film_credits,
    film_genres,
    films,
    genre_counts,
    genre_names,
    genres,
    people,
)
from kinoteka.database.statement import Statement, in_list, position_in
from kinoteka.database.translations import genre_name
from kinoteka.database.visibility import VISIBLE, is_visible_count

# Values of filters

GENRE_COUNTS: Statement[GenreCount] = Statement(
    select(genres.c.id, genre_name().label("name"), func.sum(genre_counts.c.films).label("films"))
    .join(genre_counts, genre_counts.c.genre_id == genres.c.id)
    .where(
        genre_counts.c.films > 0,
        genres.c.id != UNKNOWN,
        is_visible_count(genre_counts.c.label_id),
    )
    .group_by(genres.c.id, genres.c.name)
    .order_by(genres.c.name),
    GenreCount,
    {"films": int},  # PostgreSQL's sum is a Decimal.
)
GENRE_NAMES: Statement[tuple[int, str]] = Statement(
    union_all(
        select(genres.c.id, genres.c.name), select(genre_names.c.genre_id, genre_names.c.name)
    )
)
"""The names of all genres in all languages."""
YEARS: Statement[tuple[int]] = Statement(
    select(films.c.year)
    .where(films.c.year.is_not(None), VISIBLE)
    .distinct()
    .order_by(films.c.year.desc())
)

# Both engines would read the countries of all films for a DISTINCT, so each step of the recursion
# looks up the next country in the index.
_each = select(func.min(film_countries.c.country).label("country")).cte("each", recursive=True)
_next = (
    select(func.min(film_countries.c.country))
    .where(film_countries.c.country > _each.c.country)
    .scalar_subquery()
)
_countries = _each.union_all(select(_next).where(_each.c.country.is_not(None)))
# PostgreSQL would make a join of all films of an EXISTS.
_visible_film = (
    select(film_countries.c.film_id)
    .join(films, films.c.id == film_countries.c.film_id)
    .where(film_countries.c.country == _countries.c.country, VISIBLE)
    .limit(1)
    .scalar_subquery()
)
COUNTRIES: Statement[tuple[str]] = Statement(
    select(_countries.c.country).where(_visible_film.is_not(None))
)

_has_visible_film = (
    select(director_counts.c.director_id)
    .where(
        director_counts.c.director_id == people.c.id,
        director_counts.c.films > 0,
        is_visible_count(director_counts.c.label_id),
    )
    .exists()
)
_directors = (
    select(people.c.id)
    .where(_has_visible_film, people.c.id != UNKNOWN)
    .order_by(people.c.name_key)
    .limit(bindparam("most", type_=BigInteger()))
)
NAMES_STARTING = ids_as_json(
    _directors.where(people.c.name_key >= bindparam("start"), people.c.name_key < bindparam("end"))
)
"""Directors whose names sort between two texts, and so start with a text."""
NAMES_CONTAINING = ids_as_json(
    _directors.where(position_in(people.c.name_key, bindparam("part")) > 0)
)
"""Directors whose names contain a text; reads all names in the worst case."""

# Films that are similar to the film that the parameters describe

YEAR = bindparam("year", type_=BigInteger())
FILM_ID = bindparam("film_id", type_=BigInteger())
GENRE_ID = bindparam("genre_id", type_=BigInteger())

NEAR_YEARS = 50
"""The number of earlier and of later candidates, in the order of years."""
NEAR_IDS = 30
"""The number of candidates of the genre with smaller and with larger ids."""
NEAR_PEOPLE = 100
"""The number of candidates with people of the film."""


class SharedCredit(msgspec.Struct, frozen=True):
    """A credit of a film. `department` is a value of `Department`."""

    film_id: int
    person_id: int
    department: int


class FilmTraits(msgspec.Struct, frozen=True):
    """The fields of a film that films are compared by, beside genres, people and countries."""

    id: int
    year: int | None
    rating: float | None


def _limited(near: Select[Any], most: int) -> Select[Any]:
    # SQLite requires a subquery around a SELECT with LIMIT within a UNION.
    return select(*near.limit(most).subquery().c)


def _near_by_year(*, later: bool) -> Select[Any]:
    """Return a query for the nearest films on one side, in the order of year and id.

    It reads the film's own year and the other years separately, because SQLite would use only the
    year of a comparison with (year, id) and read all films of that year.
    """
    order = asc if later else desc
    same_year = films.c.id > FILM_ID if later else films.c.id < FILM_ID
    other_years = films.c.year > YEAR if later else films.c.year < YEAR
    ordered = select(films.c.year, films.c.id).order_by(order(films.c.year), order(films.c.id))
    near = union_all(
        _limited(ordered.where(films.c.year == YEAR, same_year), NEAR_YEARS),
        _limited(ordered.where(other_years), NEAR_YEARS),
    ).subquery()
    return _limited(select(near.c.id).order_by(order(near.c.year), order(near.c.id)), NEAR_YEARS)


_credit = (film_credits.c.film_id, film_credits.c.person_id, film_credits.c.department)
_of_main_departments = film_credits.c.department <= Department.ACTING.value
_of_people = (in_list(film_credits.c.person_id, bindparam("people")), _of_main_departments)
OWN_CREDITS: Statement[SharedCredit] = Statement(
    select(*_credit).where(
        film_credits.c.film_id == FILM_ID,
        film_credits.c.person_id != UNKNOWN,
        _of_main_departments,
    ),
    SharedCredit,
)
"""The directors, writers and actors of the film."""

_of_genre = select(film_genres.c.film_id).where(film_genres.c.genre_id == GENRE_ID)
# Candidates come from short index scans, whatever the size of the catalogue.
_candidates = union(
    _limited(select(film_credits.c.film_id.label("id")).where(*_of_people), NEAR_PEOPLE),
    _near_by_year(later=True),
    _near_by_year(later=False),
    _limited(
        _of_genre.where(film_genres.c.film_id > FILM_ID).order_by(film_genres.c.film_id),
        NEAR_IDS,
    ),
    _limited(
        _of_genre.where(film_genres.c.film_id < FILM_ID).order_by(film_genres.c.film_id.desc()),
        NEAR_IDS,
    ),
).subquery()
SIMILAR_CANDIDATES = ids_as_json(select(_candidates.c.id))
"""Films that may be similar, because they share people, a genre or the time with the film."""
TRAITS: Statement[FilmTraits] = Statement(
    select(films.c.id, films.c.year, films.c.rating).where(
        in_list(films.c.id, bindparam("ids")), VISIBLE
    ),
    FilmTraits,
)
# Without `coalesce`, PostgreSQL might read all films of a person.
_person = func.coalesce(film_credits.c.person_id, null())
SHARED_CREDITS: Statement[SharedCredit] = Statement(
    select(*_credit).where(
        in_list(film_credits.c.film_id, bindparam("ids")),
        in_list(_person, bindparam("people")),
        _of_main_departments,
    ),
    SharedCredit,
)
"""The credits of these people in films."""
GENRES_OF_FILMS: Statement[tuple[int, int]] = Statement(
    select(film_genres.c.film_id, film_genres.c.genre_id).where(
        in_list(film_genres.c.film_id, bindparam("ids")), film_genres.c.genre_id != UNKNOWN
    )
)
COUNTRIES_OF_FILMS: Statement[tuple[int, str]] = Statement(
    select(film_countries.c.film_id, film_countries.c.country).where(
        in_list(film_countries.c.film_id, bindparam("ids"))
    )
)
