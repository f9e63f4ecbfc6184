"""The parts of a film as operators edit them."""

import msgspec

from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.imports.record import Ids

EDITED_KINDS = ("imdb", "tmdb", "kinopoisk", "wikidata")
"""The kinds of ids that operators edit. Ids of other kinds stay as they are."""
NEW_PERSON = "new"
"""What follows the name of a person who is added although others have the same name."""


class EditedCredit(msgspec.Struct, frozen=True):
    """What a person did in a film. `department` is the name of a `Department` (acting).

    `person` is the name. If several people have it, a number sign and the person's id follow
    ("Steve McQueen #12"), or `NEW_PERSON`.
    """

    department: str
    person: str
    role: str = ""


class EditedParts(msgspec.Struct, frozen=True):
    """The parts of a film. Their names are those of locks.

    `cast` has all credits except those of directors, in order. `countries` are codes of ISO 3166-1.
    """

    cast: tuple[EditedCredit, ...] = ()
    titles: tuple[FilmTitle, ...] = ()
    countries: tuple[str, ...] = ()
    ids: Ids = ()


PARTS: tuple[str, ...] = EditedParts.__struct_fields__


class Namesake(msgspec.Struct, frozen=True):
    """One of several people with a name, and some films, which tell them apart."""

    id: int
    name: str
    films: tuple[str, ...]
