"""Films, genres, directors, and queries for lists of films.

Structs: `FilmFacts` and `FilmFields` (the fields of a film, from which all else derives), `Film`
(with its first genre and director), `FilmDetails`, `FilmAccess`, `Genre`, `GenreCount`, `Director`,
`FilmQuery`.
"""

from typing import Literal

import msgspec

from kinoteka.database.visibility import is_open

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


class FilmFacts(msgspec.Struct, frozen=True):
    """The fields of a film that are columns of its row. Imports fill them, operators edit them.

    This is their one definition: statements, staging tables and forms take their names from here,
    and the types of columns from the schema. docs/development.md tells how to add a field.
    `rating` is from 0 to 10, `runtime_minutes` at least 1.
    """

    title: str
    original_title: str | None
    description: str
    year: int | None
    rating: float | None
    runtime_minutes: int | None
    trailer: str | None
    poster: str | None


FACTS: tuple[str, ...] = FilmFacts.__struct_fields__


class FilmFields(FilmFacts, frozen=True):
    """Everything that imports fill and operators edit; genres and directors by name, in order."""

    genres: tuple[str, ...]
    directors: tuple[str, ...]


FIELDS: tuple[str, ...] = FilmFields.__struct_fields__


class Film(FilmFacts, frozen=True):
    """A film with the first of its genres and of its directors.

    `label_id` is the access label that it needs, if any. A film with a `hidden_at` is hidden,
    whatever its label: only who sees every film sees it.
    """

    id: int
    label_id: int | None
    hidden_at: int | None
    genre: Genre
    director: Director

    @property
    def is_open(self) -> bool:
        """Whether everybody sees it."""
        return is_open(self.label_id, self.hidden_at)


class FilmNumbers(msgspec.Struct, frozen=True):
    """The votes for a film, and its ids elsewhere."""

    votes: int
    imdb_id: str | None
    tmdb_id: int | None


class FilmDetails(msgspec.Struct, frozen=True):
    """A film with everything that its own page shows: all its genres and directors, in order.

    The built-in ones named Unknown are left out.
    """

    film: Film
    genres: tuple[Genre, ...]
    directors: tuple[Director, ...]
    votes: int
    imdb_id: str | None
    tmdb_id: int | None


class FilmAccess(msgspec.Struct, frozen=True):
    """Who sees a film: its access label, and whether it is hidden.

    `label_lost`: the label that the film had before it was hidden is not known any more.
    """

    film_id: int
    title: str
    label_id: int | None
    label: str | None
    hidden: bool
    label_lost: bool


class GenreCount(msgspec.Struct, frozen=True):
    """A genre, and how many films of it somebody sees."""

    id: int
    name: str
    films: int


Order = Literal["id", "newest", "rating", "title"]


class FilmQuery(msgspec.Struct, frozen=True):
    """Which films, and in which order.

    A genre or director that is any of a film's counts, not the first alone. `rating` is the least
    that is wanted, `label` the name of an access label, `hidden` chooses hidden films alone. `text`
    is searched for; its films come best first where no order but that by id is asked for.

    The `newest` films come by year and id, both descending; by `rating` the best come first, of
    equals those with more votes; by `title` as the alphabet has them, without regard to case and
    accents.
    """

    genre_id: int | None = None
    director_id: int | None = None
    year: int | None = None
    rating: float | None = None
    label: str | None = None
    hidden: bool = False
    text: str | None = None
    order: Order = "id"
