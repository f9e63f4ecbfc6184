"""Films at other sites, and the providers that know them."""

from typing import Protocol

import msgspec

from kinoteka.core.catalogue.model import FilmFields
from kinoteka.core.film_editing.parts.model import EditedParts


class FilmMatch(msgspec.Struct, frozen=True):
    """A film that a search has found. `reference` identifies it (`tmdb:603`)."""

    reference: str
    title: str
    year: int | None
    description: str


class FoundFilm(msgspec.Struct, frozen=True):
    """A film of another site: what a form has of it."""

    fields: FilmFields
    parts: EditedParts


class LookupProvider(Protocol):
    """A site that knows films. Texts are in `language` (en or ru) where the site has them.

    Both operations raise `FetchFailed` if the site cannot be reached, and
    `msgspec.ValidationError` or `msgspec.DecodeError` if its response has another shape.
    """

    name: str

    async def search(self, text: str, language: str) -> list[FilmMatch]:
        """Return the films that match a text, best first."""

    async def film(self, film_id: str, language: str) -> FoundFilm:
        """Return a film by its id at the site."""


def year_of(date: str | None) -> int | None:
    """Return the year of a date such as 1999-03-31, or None."""
    digits = (date or "").lstrip("+")[:4]
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) else None
