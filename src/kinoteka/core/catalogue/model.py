"""Films, genres, directors, and what a list of films may be asked for.

Shapes: `Film` (with its first genre and director), `Genre`, `Director`, `FilmQuery`.
"""

import msgspec

# The id of the built-in genre and director of films that have none.
UNKNOWN = 1


class Genre(msgspec.Struct, frozen=True):
    """A genre."""

    id: int
    name: str


class Director(msgspec.Struct, frozen=True):
    """A director."""

    id: int
    name: str


class Film(msgspec.Struct, frozen=True):
    """A film with the first of its genres and of its directors.

    `rating` is from 0 to 10; `label_id` is the access label that it needs, if any.
    """

    id: int
    title: str
    original_title: str | None
    description: str
    trailer: str | None
    poster: str | None
    year: int | None
    rating: float | None
    label_id: int | None
    genre: Genre
    director: Director


class FilmQuery(msgspec.Struct, frozen=True):
    """Which films, and in which order.

    A genre or director that is any of a film's counts, not the first alone. `text` is searched
    for; its films come best first. Otherwise films come by id, and the `newest` ones by year and
    id, both descending.
    """

    genre_id: int | None = None
    director_id: int | None = None
    year: int | None = None
    text: str | None = None
    newest: bool = False
