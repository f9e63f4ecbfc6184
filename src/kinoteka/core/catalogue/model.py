"""Films, genres, directors, and queries for lists of films."""

from typing import Literal

import msgspec

from kinoteka.database.visibility import is_open

UNKNOWN = 1
"""The id of the built-in genre and director of films that have none."""


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
    and the types of columns from the schema. docs/development.md describes how to add a field.
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
    """All fields that imports fill and operators edit; genres and directors by name, in order."""

    genres: tuple[str, ...]
    directors: tuple[str, ...]


FIELDS: tuple[str, ...] = FilmFields.__struct_fields__


class Film(FilmFacts, frozen=True):
    """A film with its first genre and its first director.

    `label_id` is its access label, if it has one. A film with a `hidden_at` is hidden: only actors
    that see every film see it, whatever its label.
    """

    id: int
    votes: int
    label_id: int | None
    hidden_at: int | None
    genre: Genre
    director: Director

    @property
    def is_open(self) -> bool:
        """Return whether everybody may see the film."""
        return is_open(self.label_id, self.hidden_at)


class OtherIds(msgspec.Struct, frozen=True):
    """A film's ids on other sites."""

    imdb_id: str | None
    tmdb_id: str | None


class Suggestions(msgspec.Struct, frozen=True):
    """The best matches for a text. There are no others if they are complete."""

    films: list[Film]
    is_complete: bool


class FilmDetails(msgspec.Struct, frozen=True):
    """A film with all its genres and directors in order, for the film's page.

    The built-in genre and director named Unknown are omitted.
    """

    film: Film
    genres: tuple[Genre, ...]
    directors: tuple[Director, ...]
    imdb_id: str | None
    tmdb_id: str | None


class FilmAccess(msgspec.Struct, frozen=True):
    """What decides who sees a film: its access label, and whether it is hidden.

    `label_lost` is true if the label that the film had before it was hidden is unknown.
    """

    film_id: int
    title: str
    label_id: int | None
    label: str | None
    hidden: bool
    label_lost: bool


class GenreCount(msgspec.Struct, frozen=True):
    """A genre and the number of its films that are visible to the actor."""

    id: int
    name: str
    films: int


SortOrder = Literal["id", "newest", "rating", "title"]


class FilmQuery(msgspec.Struct, frozen=True):
    """Filters, a search text and a sort order for films.

    `genre_id` and `director_id` match any of a film's genres or directors, `country` any of its
    codes of countries, and `person_id` any person who did something in the film. Years and
    minutes from and to are inclusive, and exclude films without a year or runtime. `rating` is a
    minimum, `label` the name of an access label; `hidden` returns only hidden films. Results of a
    search for `text` are in order of relevance unless `order` is other than "id".

    "newest" sorts by year and id, both descending; "rating" by the rating weighted by its votes
    (`database/weighted_ratings.py`), descending; "title" as readers of the actor's language expect
    it (`database/film_sort.py`).
    """

    genre_id: int | None = None
    director_id: int | None = None
    person_id: int | None = None
    country: str | None = None
    year: int | None = None
    year_from: int | None = None
    year_to: int | None = None
    minutes_from: int | None = None
    minutes_to: int | None = None
    rating: float | None = None
    label: str | None = None
    hidden: bool = False
    text: str | None = None
    order: SortOrder = "id"
