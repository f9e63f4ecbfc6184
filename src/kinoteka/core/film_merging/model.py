"""Merged films, possible duplicates and what undoes a merge."""

from typing import Any

import msgspec

from kinoteka.core.catalogue.parts.service import FilmParts
from kinoteka.core.film_editing.model import EditableFilm

DAYS_TO_UNDO = 30
"""How long a merge can be undone."""
DUPLICATES_PAGE = 100


class Merge(msgspec.Struct, frozen=True):
    """Two films that are the same. The survivor keeps its id and its values.

    If the films have different labels, or only one is hidden, `visibility_of` is the id of the film
    whose visibility the survivor gets.
    """

    survivor_id: int
    merged_id: int
    visibility_of: int | None = None


class MergedFilm(msgspec.Struct, frozen=True):
    """A film that was merged into another; the merge can be undone before the time `until`."""

    old_id: int
    title: str
    until: int


class DuplicatePosition(msgspec.Struct, frozen=True):
    """The position of a pair in the list of possible duplicates.

    `strength` is that of the evidence, the higher the better. `votes` are those of both films.
    """

    strength: int
    votes: int
    after_id: int
    after_other_id: int


BEFORE_ALL = DuplicatePosition(strength=9, votes=0, after_id=0, after_other_id=0)


class PossibleDuplicate(msgspec.Struct, frozen=True):
    """Two films that may be the same, with what an operator needs to decide.

    `reason` is what they have in common: ids, people or title.
    """

    film_id: int
    title: str
    year: int | None
    votes: int
    other_id: int
    other_title: str
    other_year: int | None
    other_votes: int
    reason: str
    strength: int

    @property
    def position(self) -> DuplicatePosition:
        """Return the position of the pair in the list."""
        votes = self.votes + self.other_votes
        return DuplicatePosition(self.strength, votes, self.film_id, self.other_id)


class AlikeFilm(msgspec.Struct, frozen=True):
    """A film that may be the same as another one."""

    film_id: int
    title: str
    year: int | None


class DuplicatesPage(msgspec.Struct, frozen=True):
    """Possible duplicates, best first, and the position after which the next page begins."""

    pairs: list[PossibleDuplicate]
    next: DuplicatePosition | None


class ComparedFilm(msgspec.Struct, frozen=True):
    """A film beside another one, and how many bookmarks and selections refer to it."""

    film: EditableFilm
    parts: FilmParts
    bookmarks: int
    selections: int


class StoredAccess(msgspec.Struct, frozen=True):
    """The columns of a film that decide who sees it."""

    label_id: int | None
    hidden_at: int | None
    label_lost: bool


class StoredRows(msgspec.Struct, frozen=True):
    """Rows of a table, in the order of `columns`."""

    columns: tuple[str, ...]
    rows: list[list[Any]]


class MergeState(msgspec.Struct, frozen=True):
    """What undoes a merge: the deleted film, and its rows that moved and that were deleted.

    `moved` and `deleted` are rows by the reference (table.column). `access_before` is set if the
    merge changed the visibility of the survivor to `access_after`. `separations` are those of the
    two films' records from the other film.
    """

    survivor_id: int
    film: StoredRows
    moved: dict[str, StoredRows]
    deleted: dict[str, StoredRows]
    access_before: StoredAccess | None = None
    access_after: StoredAccess | None = None
    separations: StoredRows | None = None
