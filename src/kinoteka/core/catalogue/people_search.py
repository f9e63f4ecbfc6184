"""Find people by their names, in any spelling, the best known first.

Public operations: find.

The search index knows people only as a part of their films. So people are the directors, writers
and actors of the most popular visible films that match the name: a person without a visible film is
not found.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.parts.queries import NAMES_OF_PEOPLE, VOTES
from kinoteka.core.catalogue.positions import Ids, Positions
from kinoteka.core.catalogue.queries import DIRECTORS
from kinoteka.core.catalogue.search_index import MAX_SEARCH_LENGTH, FilmSearch
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.search.names import SoughtName

MAX_FILMS = 100
"""The number of films whose people are compared with the text."""
CACHE_BYTES = 2 * 1024 * 1024
_FIELDS = 3
"""The number of cached integers of a person: the id, the department and the film."""


class FoundPerson(msgspec.Struct, frozen=True):
    """A person, the `Department` with most of the films that were found, and the best known film.

    Names do not tell people apart, but the department and the film usually do.
    """

    id: int
    name: str
    department: int
    film_id: int


class FoundPeople(msgspec.Struct, frozen=True):
    """People, best first. If they are not complete, the search stopped at a limit."""

    people: list[FoundPerson]
    is_complete: bool


class PeopleSearch:
    """Searches for people."""

    def __init__(self, revisions: Revisions, search: FilmSearch) -> None:
        self._search = search
        self._positions = Positions(revisions, cache_bytes=CACHE_BYTES)

    async def find(self, actor: Actor, unit: Unit, text: str, most: int) -> FoundPeople:
        """Return people whose names contain all words of a text, best first.

        A word may be the beginning of a name. If no name matches, words may have typos. Among equal
        matches, the person comes first whose films have most votes. The caller limits searches.

        Raises:
            DomainError(FIELD_INVALID): the text is too long or has characters that no name has.
        """
        words = clean_text(text, "q", MAX_SEARCH_LENGTH)
        if not words:
            return FoundPeople([], is_complete=True)

        def find(reader: Reader) -> Ids:
            films = self._search.films_by_person(reader, words, actor.labels, MAX_FILMS)
            best = _best_people(reader, SoughtName(words), films.ids)
            return array("q", [films.is_complete, *best])

        key = (actor.labels, words)
        is_complete, *found = await self._positions.get(unit, key, find)
        people = [found[at : at + _FIELDS] for at in range(0, len(found), _FIELDS)]
        is_complete = is_complete and len(people) <= most
        people = people[:most]
        ids = [person_id for person_id, *_ in people]
        rows = await unit.all(DIRECTORS.many, ids=ids, language=actor.language)
        names = {row.id: row.name for row in rows}
        named = [
            FoundPerson(person_id, names[person_id], department, film_id)
            for person_id, department, film_id in people
            if person_id in names
        ]
        return FoundPeople(named, bool(is_complete))


def _best_people(reader: Reader, sought: SoughtName, films: Sequence[int]) -> list[int]:
    """Return the fields of the people of films whose names match, best first."""
    credited = reader.fetch(NAMES_OF_PEOPLE, ids=films)
    people = {(person_id, name) for _, _, person_id, name in credited}
    matches = _matches(sought, people) or _matches(sought, people, with_typos=True)
    votes = dict(reader.fetch(VOTES, ids=films))
    of_person: defaultdict[int, set[int]] = defaultdict(set)
    departments: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for film_id, department, person_id in {
        (film, kind, person) for film, kind, person, _ in credited
    }:
        if person_id in matches:
            of_person[person_id].add(film_id)
            departments[person_id][department] += 1
    places = {film_id: place for place, film_id in enumerate(films)}
    order = sorted(
        of_person,
        key=lambda each: (matches[each], -sum(votes[film] for film in of_person[each]), each),
    )
    found = []
    for each in order:
        counted = departments[each]
        main = min(counted, key=lambda department: (-counted[department], department))
        found += [each, main, min(of_person[each], key=places.__getitem__)]
    return found


def _matches(
    sought: SoughtName, people: set[tuple[int, str]], *, with_typos: bool = False
) -> dict[int, int]:
    """Return how well each person's best name matches. Leave out people without a match."""
    found: dict[int, int] = {}
    for person_id, name in people:
        match = sought.match(name, with_typos=with_typos)
        if match is not None:
            found[person_id] = min(match, found.get(person_id, match))
    return found
