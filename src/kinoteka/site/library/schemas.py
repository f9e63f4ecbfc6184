"""Queries and forms of bookmarks and selections."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kinoteka.core.library.model import FILMS_MOST, NewSelection, SelectionChange
from kinoteka.http.mechanics.numbers import Count, Id, PageNumber


class PageQuery(msgspec.Struct):
    """Which page of a list."""

    page: PageNumber = 1


class BookmarkForm(msgspec.Struct):
    """A bookmark is set or taken away; `place` and `large` are the button's, to be drawn again."""

    action: Literal["add", "remove"]
    place: Annotated[str, Meta(pattern="^[a-z]{0,20}$")] = ""
    large: bool = False
    next: str | None = None


class SelectionForm(msgspec.Struct):
    """What a selection is called, and who sees it; `film_id` is the film it is to begin with."""

    title: str = ""
    description: str = ""
    public: bool = False
    film_id: Id | None = None

    def new(self) -> NewSelection:
        """The selection to be."""
        return NewSelection(
            title=self.title,
            description=self.description,
            public=self.public,
            film_ids=[] if self.film_id is None else [self.film_id],
        )

    def change(self) -> SelectionChange:
        """What is to change of a selection."""
        return SelectionChange(title=self.title, description=self.description, public=self.public)


class FilmForm(msgspec.Struct):
    """A film is put into a selection, at a position from 0 or at the end, or taken out of it.

    `q` is what was searched for, and `found` are the films that show as found beside.
    """

    film_id: Id
    action: Literal["put", "remove"] = "put"
    position: Annotated[int, Meta(ge=0, le=FILMS_MOST)] | None = None
    q: str | None = None
    found: list[Count] = []


class ChoiceForm(msgspec.Struct):
    """A film is put into one of one's selections, or taken out of it."""

    selection_id: Id
    action: Literal["put", "remove"] = "put"


class FindQuery(msgspec.Struct):
    """Which films to look for."""

    q: str | None = None
