"""Find people by their names, in any spelling, the best known first.

Public operations: find.

The search index knows people only as a part of their films. So people are the directors of the most
popular visible films that match the name: a person without a visible film is not found.
"""

from array import array

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import Director
from kinoteka.core.catalogue.positions import Ids, Positions
from kinoteka.core.catalogue.queries import DIRECTORS, NAMES_OF_DIRECTORS
from kinoteka.core.catalogue.search_index import MAX_SEARCH_LENGTH, FilmSearch
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.search.names import SoughtName

MAX_FILMS = 200
"""The number of films whose directors are compared with the text."""
CACHE_BYTES = 2 * 1024 * 1024


class PeopleSearch:
    """Searches for people."""

    def __init__(self, revisions: Revisions, search: FilmSearch) -> None:
        self._search = search
        self._positions = Positions(revisions, cache_bytes=CACHE_BYTES)

    async def find(self, actor: Actor, unit: Unit, text: str, most: int) -> list[Director]:
        """Return people whose names contain all words of a text, best first.

        A word may be the beginning of a name or have typos. The caller limits searches.

        Raises:
            DomainError(FIELD_INVALID): the text is too long or has characters that no name has.
        """
        words = clean_text(text, "q", MAX_SEARCH_LENGTH)
        if not words:
            return []

        def find(reader: Reader) -> Ids:
            films = self._search.films_by_person(reader, words, actor.labels, MAX_FILMS).ids
            sought = SoughtName(words)
            places = {film_id: place for place, film_id in enumerate(films)}
            best: dict[int, tuple[int, int]] = {}
            for film_id, person_id, name in reader.fetch(NAMES_OF_DIRECTORS, ids=films):
                match = sought.match(name)
                if match is not None:
                    rank = (match, places[film_id])
                    best[person_id] = min(rank, best.get(person_id, rank))
            return array("q", sorted(best, key=lambda person_id: (*best[person_id], person_id)))

        key = (actor.labels, words)
        ids = (await self._positions.get(unit, key, find))[:most]
        rows = {row.id: row for row in await unit.all(DIRECTORS.many, ids=list(ids))}
        return [rows[person_id] for person_id in ids if person_id in rows]
