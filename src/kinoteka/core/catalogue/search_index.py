"""The search index that the catalogue uses."""

from collections.abc import Sequence
from typing import Protocol

from kinoteka.database.interface import Reader
from kinoteka.search.finder import Found

MAX_SEARCH_LENGTH = 200


class FilmSearch(Protocol):
    """A search index of films."""

    def search(self, reader: Reader, query: str, labels: Sequence[int] | None, limit: int) -> Found:
        """Return the films that match the words, best first."""

    def films_by_person(
        self, reader: Reader, query: str, labels: Sequence[int] | None, limit: int
    ) -> Found:
        """Return the films of people whose names match the words, by popularity."""
