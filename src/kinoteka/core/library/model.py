"""Selections of films, and what can be said of them.

Shapes: `Selection` (with its films), `Shelf` (some selections of an order), `SelectionCard` (in
short, for lists), `SelectionChoice` (in shorter, to put a film into), `NewSelection`,
`SelectionChange`.
"""

import msgspec
from msgspec import UNSET, UnsetType

SELECTIONS_MOST = 100
"""How many selections an account may have."""
FILMS_MOST = 100
"""How many films a selection may hold."""


class SelectionFilm(msgspec.Struct, frozen=True):
    """A film as far as selections show it; `poster` is an address elsewhere."""

    id: int
    title: str
    description: str
    poster: str | None
    year: int | None = None
    rating: float | None = None


class Selection(msgspec.Struct, frozen=True):
    """A selection with those of its films that its viewer sees, in its maker's order.

    Without an account it belongs to the site. A featured one stands before the others; one that
    is not public shows to who may edit it alone.
    """

    id: int
    account_id: int | None
    title: str
    description: str
    featured: bool
    public: bool
    films: tuple[SelectionFilm, ...] = ()


class Shelf(msgspec.Struct, frozen=True):
    """Some selections of an order, and how many there are in all."""

    selections: list[Selection]
    total: int


class Cover(msgspec.Struct, frozen=True):
    """A film as far as the card of a selection shows it."""

    id: int
    title: str
    poster: str | None


class SelectionCard(msgspec.Struct, frozen=True):
    """A selection in a list: how many films of it the viewer sees, and the first of them."""

    id: int
    account_id: int | None
    title: str
    description: str
    featured: bool
    public: bool
    films: int
    covers: tuple[Cover, ...]


class SelectionChoice(msgspec.Struct, frozen=True):
    """A selection into which a film may go; `holds` tells whether it is there."""

    id: int
    title: str
    public: bool
    films: int
    holds: bool


class NewSelection(msgspec.Struct, kw_only=True):
    """A selection to be; one that is featured belongs to the site."""

    title: str
    description: str = ""
    featured: bool = False
    public: bool = False
    film_ids: list[int] = []


class SelectionChange(msgspec.Struct, kw_only=True):
    """What is to change; UNSET leaves as it is."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    featured: bool | UnsetType = UNSET
    public: bool | UnsetType = UNSET
