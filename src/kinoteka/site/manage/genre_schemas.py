"""Queries and forms of the pages about genres."""

import msgspec

from kinoteka.http.mechanics.numbers import Id, PageNumber


class GenresQuery(msgspec.Struct, frozen=True):
    """A part of a genre's name, and the page of the list."""

    q: str = ""
    page: PageNumber = 1


class GenreMergeQuery(msgspec.Struct, frozen=True):
    """The name or id of the genre to merge another one into."""

    other: str = ""


class GenreMergeForm(msgspec.Struct, frozen=True):
    """The genre that remains."""

    other: Id


class GenreNamesForm(msgspec.Struct, frozen=True):
    """The names of a genre in the languages of the site; empty ones are not stored."""

    en: str = ""
    ru: str = ""


class AliasForm(msgspec.Struct, frozen=True):
    """An alias to add, or the key of one to remove."""

    alias: str = ""
