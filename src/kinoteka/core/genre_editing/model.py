"""Genres as operators see them."""

import msgspec

GENRES_PAGE = 100


class ListedGenre(msgspec.Struct, frozen=True):
    """A genre with its number of films, whatever their labels."""

    id: int
    name: str
    films: int


class GenresPage(msgspec.Struct, frozen=True):
    """A page of genres, sorted by name, and the number of genres on all pages."""

    genres: list[ListedGenre]
    total: int
    pages: int


class ManagedGenre(msgspec.Struct, frozen=True):
    """A genre with what follows it in a merge.

    `films` counts all films, whatever their labels, and `favourites` the members whose favourite
    genre it is. `aliases` are the keys of names by which imports and operators may call it.
    """

    id: int
    name: str
    films: int
    favourites: int
    names: dict[str, str]
    aliases: list[str]


class GenreComparison(msgspec.Struct, frozen=True):
    """Two genres before a merge, and the number of films that have both."""

    survivor: ManagedGenre
    merged: ManagedGenre
    shared_films: int
