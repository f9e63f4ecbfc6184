"""Statements on what films may be chosen by, and on films that are like another."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Select,
    asc,
    bindparam,
    desc,
    func,
    select,
    union,
    union_all,
)

from kinoteka.core.catalogue.model import UNKNOWN, GenreCount
from kinoteka.core.catalogue.queries import as_array
from kinoteka.database.schema import (
    director_counts,
    directors,
    film_directors,
    film_genres,
    films,
    genre_counts,
    genres,
)
from kinoteka.database.statement import Statement, position_in
from kinoteka.database.visibility import VISIBLE, is_visible_count

# What films may be chosen by

GENRE_COUNTS: Statement[GenreCount] = Statement(
    select(genres.c.id, genres.c.name, func.sum(genre_counts.c.films).label("films"))
    .join(genre_counts, genre_counts.c.genre_id == genres.c.id)
    .where(
        genre_counts.c.films > 0,
        genres.c.id != UNKNOWN,
        is_visible_count(genre_counts.c.label_id),
    )
    .group_by(genres.c.id, genres.c.name)
    .order_by(genres.c.name),
    GenreCount,
    {"films": int},  # PostgreSQL adds up to a Decimal
)
YEARS: Statement[tuple[int]] = Statement(
    select(films.c.year)
    .where(films.c.year.is_not(None), VISIBLE)
    .distinct()
    .order_by(films.c.year.desc())
)

_shown = (
    select(director_counts.c.director_id)
    .where(
        director_counts.c.director_id == directors.c.id,
        director_counts.c.films > 0,
        is_visible_count(director_counts.c.label_id),
    )
    .exists()
)
_directors = (
    select(directors.c.id)
    .where(_shown, directors.c.id != UNKNOWN)
    .order_by(directors.c.name_key)
    .limit(bindparam("most", type_=BigInteger()))
)
NAMES_BEGIN = as_array(
    _directors.where(
        directors.c.name_key >= bindparam("start"), directors.c.name_key < bindparam("end")
    )
)
"""Directors whose names lie between two texts."""
NAMES_HOLD = as_array(_directors.where(position_in(directors.c.name_key, bindparam("part")) > 0))
"""Directors whose names have a text in them; reads all names in the worst case."""

# Films that are like another, which the parameters describe

YEAR = bindparam("year", type_=BigInteger())
RATING = bindparam("rating", type_=Float())
FILM_ID = bindparam("film_id", type_=BigInteger())
GENRE_ID = bindparam("genre_id", type_=BigInteger())

NEAR_YEARS = 50
"""Films looked at on either side in the order by year."""
NEAR_IDS = 30
"""Films of the genre looked at on either side in the order by id."""

_own = film_directors.alias("own")
BY_DIRECTORS = as_array(
    select(films.c.id)
    .join(film_directors, film_directors.c.film_id == films.c.id)
    .join(_own, _own.c.director_id == film_directors.c.director_id)
    .where(
        _own.c.film_id == FILM_ID,
        _own.c.director_id != UNKNOWN,
        films.c.id != FILM_ID,
        VISIBLE,
    )
    .group_by(films.c.id)
    .order_by(func.count().desc(), films.c.rating.desc().nulls_last(), films.c.id)
    .limit(bindparam("most", type_=BigInteger()))
)
"""Films by the same directors: those that share most of them first, then the best."""


def _some(near: Select[Any], most: int) -> Select[Any]:
    # In a SELECT of its own, as SQLite wants what is limited within a UNION.
    return select(*near.limit(most).subquery().c)


def _near_by_year(*, later: bool) -> Select[Any]:
    """The nearest in the order by year and id, to one side.

    In two walks, of the film's own year and of the others: SQLite would compare (year, id) with a
    pair by its year alone, and walk through all films of that year.
    """
    order = asc if later else desc
    of_its_year = films.c.id > FILM_ID if later else films.c.id < FILM_ID
    of_others = films.c.year > YEAR if later else films.c.year < YEAR
    place = select(films.c.year, films.c.id).order_by(order(films.c.year), order(films.c.id))
    near = union_all(
        _some(place.where(films.c.year == YEAR, of_its_year), NEAR_YEARS),
        _some(place.where(of_others), NEAR_YEARS),
    ).subquery()
    return _some(select(near.c.id).order_by(order(near.c.year), order(near.c.id)), NEAR_YEARS)


_of_genre = select(film_genres.c.film_id).where(film_genres.c.genre_id == GENRE_ID)
# A few short walks along indexes, whatever the size of the catalogue.
_candidates = union(
    _near_by_year(later=True),
    _near_by_year(later=False),
    _some(
        _of_genre.where(film_genres.c.film_id > FILM_ID).order_by(film_genres.c.film_id), NEAR_IDS
    ),
    _some(
        _of_genre.where(film_genres.c.film_id < FILM_ID).order_by(film_genres.c.film_id.desc()),
        NEAR_IDS,
    ),
).subquery()
_years_apart = func.coalesce(func.abs(films.c.year - YEAR), 50)
_points_apart = func.coalesce(func.abs(films.c.rating - RATING), 3.0)
LIKE_IT = as_array(
    select(films.c.id)
    .join(_candidates, _candidates.c[0] == films.c.id)
    .where(films.c.genre_id == GENRE_ID, films.c.id != FILM_ID, VISIBLE)
    # Ten years weigh as much as two points.
    .order_by(_years_apart + _points_apart * 5, films.c.id)
    .limit(bindparam("most", type_=BigInteger()))
)
"""Films of the same first genre near in year and rating, of those that lie nearby in an index."""
