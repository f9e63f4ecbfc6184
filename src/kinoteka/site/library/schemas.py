"""Queries and forms of bookmarks, selections and member pages."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kinoteka.core.export.film_lists import Format
from kinoteka.core.library.model import MAX_FILMS, NewSelection, SelectionChange
from kinoteka.http.mechanics.numbers import Count, Id, PageNumber


class FeedQuery(msgspec.Struct):
    """The language of a feed; without it, the reader's language."""

    lang: Literal["en", "ru"] | None = None


class PageQuery(msgspec.Struct):
    """The page of a list."""

    page: PageNumber = 1


class DownloadQuery(msgspec.Struct):
    """The format of a file."""

    format: Format = "csv"


class BookmarkForm(msgspec.Struct):
    """Add or remove a bookmark; `place` and `large` describe the button, to render it again."""

    action: Literal["add", "remove"]
    place: Annotated[str, Meta(pattern="^[a-z]{0,20}$")] = ""
    large: bool = False
    next: str | None = None


class SelectionForm(msgspec.Struct):
    """Title, description and visibility of a selection; `film_id` is a new one's first film."""

    title: str = ""
    description: str = ""
    public: bool = False
    film_id: Id | None = None

    def new(self) -> NewSelection:
        """Return the new selection."""
        return NewSelection(
            title=self.title,
            description=self.description,
            public=self.public,
            film_ids=[] if self.film_id is None else [self.film_id],
        )

    def change(self) -> SelectionChange:
        """Return the changes of a selection."""
        return SelectionChange(title=self.title, description=self.description, public=self.public)


class FilmForm(msgspec.Struct):
    """Add a film to a selection at a position (from 0) or at the end, or remove it.

    `number` is a position from 1, as people type it. `q` is the current search text, `found` are
    the ids of the search results on the page, and `page` is the page of the selection's films.
    """

    film_id: Id
    action: Literal["put", "remove"] = "put"
    position: Annotated[int, Meta(ge=0, le=MAX_FILMS)] | None = None
    number: Annotated[int, Meta(ge=1, le=MAX_FILMS)] | None = None
    q: str | None = None
    found: list[Count] = []
    page: PageNumber = 1

    @property
    def index(self) -> int | None:
        """The wanted position, or None for the end."""
        return self.position if self.number is None else self.number - 1


class FilmSelectionForm(msgspec.Struct):
    """Add a film to one of the user's selections, or remove it."""

    selection_id: Id
    action: Literal["put", "remove"] = "put"


class EditorQuery(msgspec.Struct):
    """The text to search films for, and the page of the selection's films."""

    q: str | None = None
    page: PageNumber = 1
