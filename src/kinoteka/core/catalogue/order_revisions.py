"""The revisions of the data that an order of films is made of.

Public operations: revisions_of, revisions_of_fields.

A change of other data does not invalidate the cached order. What this module does not know is made
of the whole catalogue.
"""

from collections.abc import Iterable, Sequence

from kinoteka.database.revisions import FILM_SET

WHOLE = "catalogue"
_OF_FILTERS = {
    "genre_id": "film_genres",
    **dict.fromkeys(("director_id", "person_id"), "film_directors"),
    "country": "film_genres",
    **dict.fromkeys(("year", "year_from", "year_to"), "film_years"),
    **dict.fromkeys(("minutes_from", "minutes_to"), "film_texts"),
    "rating": "film_ratings",
    "label_id": FILM_SET,
    "hidden": FILM_SET,
}
_OF_ORDERS = {
    "id": FILM_SET,
    "newest": "film_years",
    "rating": "film_ratings",
    "title": "film_titles",
}
_OF_FIELDS = {
    "title": "film_titles",
    "original_title": "film_titles",
    "year": "film_years",
    "rating": "film_ratings",
    "genres": "film_genres",
    "directors": "film_directors",
    "titles": "film_titles",
    "cast": "film_directors",
    # Countries change as rarely as genres, so they share a revision.
    "countries": "film_genres",
    "ids": "film_texts",
    **dict.fromkeys(("description", "runtime_minutes", "trailer", "poster"), "film_texts"),
}
RELATED = ("film_years", "film_ratings", "film_genres", "film_directors")
"""The revisions of the films that are similar to a film."""


def revisions_of(filters: Iterable[str], order: str) -> Sequence[str]:
    """Return the revisions of a filtered order of films."""
    names = {_OF_ORDERS.get(order, WHOLE), *(_OF_FILTERS.get(name, WHOLE) for name in filters)}
    return sorted(names)


def revisions_of_fields(fields: Iterable[str]) -> Sequence[str]:
    """Return the revisions that increase when these fields of a film change."""
    names = {_OF_FIELDS.get(name, WHOLE) for name in fields}
    return [WHOLE] if WHOLE in names else sorted(names)
