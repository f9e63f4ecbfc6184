"""Statements on the values of filters and on similar films."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Select,
    Table,
    asc,
    bindparam,
    desc,
    distinct,
    func,
    null,
    or_,
    select,
    union,
    union_all,
)

from kinoteka.core.catalogue.model import UNKNOWN, GenreCount
from kinoteka.core.catalogue.queries import ids_as_json
from kinoteka.database.schema import (
    director_counts,
    film_countries,
    film_credits,
    film_directors,
    film_genres,
    films,
    genre_counts,
    genres,
    people,
)
from kinoteka.database.statement import Statement, position_in
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
YEARS: Statement[tuple[int]] = Statement(
    select(films.c.year)
    .where(films.c.year.is_not(None), VISIBLE)
    .distinct()
    .order_by(films.c.year.desc())
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
RATING = bindparam("rating", type_=Float())
FILM_ID = bindparam("film_id", type_=BigInteger())
GENRE_ID = bindparam("genre_id", type_=BigInteger())

NEAR_YEARS = 50
"""The number of earlier and of later candidates, in the order of years."""
NEAR_IDS = 30
"""The number of candidates of the genre with smaller and with larger ids."""

NEAR_PEOPLE = 100
"""The number of candidates with people of the film."""
MAIN_CREDITS = 8
"""The number of people in each department of the film whose other films are candidates."""

_own = film_directors.alias("own")
FILMS_BY_SAME_DIRECTORS = ids_as_json(
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
"""Films by the same directors, ordered by the number of common directors and the rating."""


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


_credit, _own_credit = film_credits.alias("credit"), film_credits.alias("own_credit")
_films_of_people = (
    select(_credit.c.film_id)
    .join(_own_credit, _own_credit.c.person_id == _credit.c.person_id)
    .where(
        _own_credit.c.film_id == FILM_ID,
        _own_credit.c.position < MAIN_CREDITS,
        _own_credit.c.person_id != UNKNOWN,
    )
)


def _number_shared(links: Table, column: str) -> Any:
    """Return how many values of a column the candidate and the film have in common."""
    theirs, own = links.alias(), links.alias()
    # Without `coalesce`, the engine might read all films of a person.
    value = func.coalesce(theirs.c[column], null())
    of_film = select(own.c[column]).where(own.c.film_id == FILM_ID)
    if links is not film_countries:
        of_film = of_film.where(own.c[column] != UNKNOWN)
    return (
        select(func.count(distinct(theirs.c[column])))
        .where(theirs.c.film_id == films.c.id, value.in_(of_film))
        .correlate(films)
        .scalar_subquery()
    )


_of_genre = select(film_genres.c.film_id).where(film_genres.c.genre_id == GENRE_ID)
# Candidates come from short index scans, whatever the size of the catalogue.
_candidates = union(
    _limited(_films_of_people, NEAR_PEOPLE),
    _near_by_year(later=True),
    _near_by_year(later=False),
    _limited(
        _of_genre.where(film_genres.c.film_id > FILM_ID).order_by(film_genres.c.film_id), NEAR_IDS
    ),
    _limited(
        _of_genre.where(film_genres.c.film_id < FILM_ID).order_by(film_genres.c.film_id.desc()),
        NEAR_IDS,
    ),
).subquery()
_years_apart = func.coalesce(func.abs(films.c.year - YEAR), 50)
_points_apart = func.coalesce(func.abs(films.c.rating - RATING), 3.0)
SIMILAR_FILMS = ids_as_json(
    select(films.c.id)
    .join(_candidates, _candidates.c[0] == films.c.id)
    .where(
        or_(films.c.genre_id == GENRE_ID, _number_shared(film_credits, "person_id") > 0),
        films.c.id != FILM_ID,
        VISIBLE,
    )
    # A difference of ten years counts as much as one of two rating points, and a common genre makes
    # up for 15 years, a common person for 30 and a common country for 5.
    .order_by(
        _years_apart
        + _points_apart * 5
        - _number_shared(film_genres, "genre_id") * 15
        - _number_shared(film_credits, "person_id") * 30
        - _number_shared(film_countries, "country") * 5,
        films.c.id,
    )
    .limit(bindparam("most", type_=BigInteger()))
)
"""The candidates with the same first genre or a common person, the most similar ones first."""
