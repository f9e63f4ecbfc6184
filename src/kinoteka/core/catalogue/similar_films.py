"""Films that are similar to a film: by directors, cast, genres, countries, years and ratings.

Public operations: find_similar.

Each common property of two films adds points, and each year or rating point between them subtracts
some. Films with fewer points than `MIN_POINTS` are not alike: a common genre, a common country
and the same year are not enough.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import msgspec

from kinoteka.core.catalogue.facets import queries
from kinoteka.core.catalogue.positions import Ids, parse_ids
from kinoteka.database.interface import Reader
from kinoteka.database.schema import Department
from kinoteka.database.visibility import Labels, visible_to

DIRECTOR_POINTS = 40
PERSON_POINTS = 15
MAX_PEOPLE = 3
"""The number of common people, beside directors, that add points."""
GENRE_POINTS = 40
"""The points of two films with the same genres."""
ONE_GENRE_SHARE = 0.4
"""The share of these points that films with only one common genre get."""
COUNTRY_POINTS = 4
POINTS_PER_YEAR = 0.5
MAX_YEARS = 20
UNKNOWN_YEARS = 10
POINTS_PER_RATING = 2
MAX_RATING = 2
MIN_POINTS = 24

Value = TypeVar("Value", bound=Hashable)


class Properties(msgspec.Struct, frozen=True):
    """What films are compared by. `people` are writers and actors."""

    year: int | None = None
    rating: float | None = None
    directors: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    genres: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()


def find_similar(
    reader: Reader, film_id: int, genre_id: int, labels: Labels, most: int
) -> list[int]:
    """Return the ids of visible films that are similar to a film, the most similar ones first."""
    film = reader.fetch(queries.TRAITS, ids=[film_id], **visible_to(None))[0]
    own = reader.fetch(queries.OWN_CREDITS, film_id=film_id)
    people = sorted({each.person_id for each in own})
    values = {"film_id": film_id, "genre_id": genre_id, "year": film.year, "people": people}
    candidates = parse_ids(reader.fetch(queries.SIMILAR_CANDIDATES, **values)[0][0])
    read = _read_properties(reader, film, candidates, people, labels)
    wanted = read.pop(film_id)
    scores = {each: similarity(wanted, properties) for each, properties in read.items()}
    found = [each for each in scores if scores[each] >= MIN_POINTS]
    return sorted(found, key=lambda each: (-scores[each], each))[:most]


def similarity(film: Properties, other: Properties) -> float:
    """Return the points of two films."""
    points = DIRECTOR_POINTS * bool(film.directors & other.directors)
    shared = len((film.directors | film.people) & (other.directors | other.people))
    shared -= len(film.directors & other.directors)
    points += PERSON_POINTS * min(shared, MAX_PEOPLE)
    points += COUNTRY_POINTS * bool(film.countries & other.countries)
    return points + _genre_points(film.genres, other.genres) - _distance(film, other)


def _genre_points(genres: frozenset[int], others: frozenset[int]) -> float:
    shared = len(genres & others)
    if not shared:
        return 0
    points = GENRE_POINTS * shared / len(genres | others)
    return points if shared > 1 else points * ONE_GENRE_SHARE


def _distance(film: Properties, other: Properties) -> float:
    years = float(UNKNOWN_YEARS)
    if film.year is not None and other.year is not None:
        years = min(abs(film.year - other.year), MAX_YEARS)
    ratings = MAX_RATING / 2
    if film.rating is not None and other.rating is not None:
        ratings = min(abs(film.rating - other.rating), MAX_RATING)
    return years * POINTS_PER_YEAR + ratings * POINTS_PER_RATING


def _read_properties(
    reader: Reader,
    film: queries.FilmTraits,
    candidates: Ids,
    people: Sequence[int],
    labels: Labels,
) -> dict[int, Properties]:
    """Return the properties of a film and of the visible candidates that may be alike, by id."""
    ids = [*candidates, film.id]
    directors: defaultdict[int, set[int]] = defaultdict(set)
    others: defaultdict[int, set[int]] = defaultdict(set)
    for each in reader.fetch(queries.SHARED_CREDITS, ids=ids, people=people):
        is_director = each.department == Department.DIRECTING
        (directors if is_director else others)[each.film_id].add(each.person_id)
    genres = _by_film(reader.fetch(queries.GENRES_OF_FILMS, ids=ids))
    # Common people or two common genres are necessary to be alike.
    own = genres[film.id]
    ids = [each for each in ids if directors[each] or others[each] or len(own & genres[each]) > 1]
    visible = reader.fetch(queries.TRAITS, ids=ids, **visible_to(labels))
    countries = _by_film(reader.fetch(queries.COUNTRIES_OF_FILMS, ids=[film.id, *ids]))
    return {
        each.id: Properties(
            each.year,
            each.rating,
            frozenset(directors[each.id]),
            frozenset(others[each.id]),
            frozenset(genres[each.id]),
            frozenset(countries[each.id]),
        )
        for each in {row.id: row for row in (*visible, film)}.values()
    }


def _by_film(rows: Iterable[tuple[int, Value]]) -> defaultdict[int, set[Value]]:
    found: defaultdict[int, set[Value]] = defaultdict(set)
    for film_id, value in rows:
        found[film_id].add(value)
    return found
