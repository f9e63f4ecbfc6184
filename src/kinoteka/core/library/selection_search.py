"""Find selections by their titles.

Public operations: find.

A reader finds the public selections with a visible film, and also the reader's own ones.
"""

from collections.abc import Sequence

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.search_index import MAX_SEARCH_LENGTH
from kinoteka.core.library import queries
from kinoteka.core.library.selections import Selections
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.search.entry import IndexEntry, lines_of
from kinoteka.search.query import QueryWord, parse
from kinoteka.search.ranking import Cost, RankedQuery

MAX_PUBLIC = 5_000
"""The number of public selections that are searched, featured and new ones first."""
REVISIONS = ("catalogue", "library")
MAX_VIEWERS = 20
"""The number of sets of visible labels whose public titles are cached."""

Titles = tuple[tuple[int, str, str], ...]
"""The ids and titles of selections, and their titles as lines of the search index."""


class SelectionSearch:
    """Searches for selections."""

    def __init__(self, revisions: Revisions, selections: Selections) -> None:
        self._selections = selections
        self._public: RevisionCache[object, Titles] = RevisionCache(revisions, MAX_VIEWERS)

    async def find(self, actor: Actor, unit: Unit, text: str, most: int) -> list[tuple[int, str]]:
        """Return ids and titles of the selections whose titles match a text, best first.

        The caller limits searches.

        Raises:
            DomainError(FIELD_INVALID): the text is too long or has invalid characters.
        """
        words = parse(clean_text(text, "q", MAX_SEARCH_LENGTH))
        if not words:
            return []
        public = await self._public_titles(actor, unit)
        own: Titles = ()
        if actor.account_id is not None:
            own = _titles(await unit.all(queries.TITLES_OF, account_id=actor.account_id))
        return await unit.read_in_thread(lambda _: _best(words, (*own, *public), most))

    async def _public_titles(self, actor: Actor, unit: Unit) -> Titles:
        cached = self._public.get(actor.labels)
        if cached is not None:
            return cached
        revision = self._public.revision(REVISIONS)
        ids = (await self._selections.public_ids(actor, unit, None))[:MAX_PUBLIC]

        def read(reader: Reader) -> Titles:
            titles = dict(reader.fetch(queries.TITLES, ids=list(ids)))
            return _titles([(each, titles[each]) for each in ids if each in titles])

        found = await unit.read_in_thread(read)
        self._public.set(actor.labels, found, revision, REVISIONS)
        return found


def _titles(rows: Sequence[tuple[int, str]]) -> Titles:
    return tuple(
        (number, title, "\n".join(lines_of(IndexEntry(number, title, None, 0))))
        for number, title in rows
    )


def _best(words: Sequence[QueryWord], titles: Titles, most: int) -> list[tuple[int, str]]:
    query = RankedQuery(words)
    costs = {number: (query.cost(lines), title) for number, title, lines in titles}
    found = [(cost, number) for number, (cost, _) in costs.items() if cost < Cost.NONE]
    found.sort(key=lambda each: each[0])  # the order of lists stays among equals
    return [(number, costs[number][1]) for _, number in found[:most]]
