"""Find selections by their titles.

Public operations: find.

A reader finds the public selections with a visible film, and also the reader's own ones.
"""

from collections.abc import Sequence

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.search_index import MAX_SEARCH_LENGTH
from kinoteka.core.library import queries
from kinoteka.core.library.demo_texts import all_texts, text_in_language
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


class Title(msgspec.Struct, frozen=True):
    """The title of a selection, and whether the selection is the site's."""

    text: str
    is_of_site: bool


Titles = tuple[tuple[int, Title, str], ...]
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
        found = await unit.read_in_thread(lambda _: _best(words, (*own, *public), most))
        return [
            (each, text_in_language(title.text, actor.language) if title.is_of_site else title.text)
            for each, title in found
        ]

    async def _public_titles(self, actor: Actor, unit: Unit) -> Titles:
        cached = self._public.get(actor.labels)
        if cached is not None:
            return cached
        revision = self._public.revision(REVISIONS)
        ids = (await self._selections.public_ids(actor, unit, None))[:MAX_PUBLIC]

        def read(reader: Reader) -> Titles:
            found = {row[0]: row for row in reader.fetch(queries.TITLES, ids=list(ids))}
            return _titles([found[each] for each in ids if each in found])

        found = await unit.read_in_thread(read)
        self._public.set(actor.labels, found, revision, REVISIONS)
        return found


def _titles(rows: Sequence[tuple[int, str, int | None]]) -> Titles:
    return tuple(
        (number, Title(title, owner is None), _lines(number, title, is_of_site=owner is None))
        for number, title, owner in rows
    )


def _lines(number: int, title: str, *, is_of_site: bool) -> str:
    titles = all_texts(title) if is_of_site else (title,)
    entries = (IndexEntry(number, each, None, 0) for each in titles)
    return "\n".join(line for entry in entries for line in lines_of(entry))


def _best(words: Sequence[QueryWord], titles: Titles, most: int) -> list[tuple[int, Title]]:
    query = RankedQuery(words)
    costs = {number: (query.cost(lines), title) for number, title, lines in titles}
    found = [(cost, number) for number, (cost, _) in costs.items() if cost < Cost.NONE]
    found.sort(key=lambda each: each[0])  # the order of lists stays among equals
    return [(number, costs[number][1]) for _, number in found[:most]]
