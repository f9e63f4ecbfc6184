"""Selections of films: complete, as entries of lists and menus, and their changes."""

import msgspec
from msgspec import UNSET, UnsetType

MAX_SELECTIONS = 100
"""The number of selections that an account may have."""
MAX_FILMS = 1000
"""The number of films that a selection may contain."""
MAX_LISTED_FILMS = 20
"""The number of films of each selection in a list of selections."""


class SelectionFilm(msgspec.Struct, frozen=True):
    """A film in a selection. `poster` is the URL of a picture on another server."""

    id: int
    title: str
    description: str
    poster: str | None
    year: int | None = None
    rating: float | None = None
    votes: int = 0


class SelectionPosition(msgspec.Struct, frozen=True):
    """The position of a film in a selection, and whether the actor sees the film."""

    film_id: int
    position: int
    visible: bool


class Selection(msgspec.Struct, frozen=True):
    """A selection with its films that are visible to the actor, in the order that its owner chose.

    `account_id` is the owner, or None for a selection of the site. Lists begin with the featured
    selections. Only accounts that may edit a private selection see it. `total` is the number of
    visible films; in a list of selections, `films` has only the first of them.
    """

    id: int
    account_id: int | None
    title: str
    description: str
    featured: bool
    public: bool
    films: tuple[SelectionFilm, ...] = ()
    total: int = 0


class SelectionPage(msgspec.Struct, frozen=True):
    """A slice of an ordered list of selections, and the length of the list."""

    selections: list[Selection]
    total: int


class Cover(msgspec.Struct, frozen=True):
    """A film on the card of a selection."""

    id: int
    title: str
    poster: str | None


class SelectionCard(msgspec.Struct, frozen=True):
    """A selection in a list: the number of its visible films, and the first of them."""

    id: int
    account_id: int | None
    title: str
    description: str
    featured: bool
    public: bool
    films: int
    covers: tuple[Cover, ...]


class DatedFilm(msgspec.Struct, frozen=True):
    """A film in a feed. `at` is when it was added to the catalogue, or to the selection."""

    id: int
    title: str
    description: str
    year: int | None
    at: int | None


class DatedSelection(msgspec.Struct, frozen=True):
    """A selection with the times of its creation and of its last change."""

    id: int
    title: str
    description: str
    public: bool
    created_at: int
    updated_at: int


class DatedSelectionCard(msgspec.Struct, frozen=True):
    """A selection in a feed, and the time of its last change."""

    card: SelectionCard
    updated_at: int


class SelectionChoice(msgspec.Struct, frozen=True):
    """A selection that a film may be added to. `holds` is true if it contains the film."""

    id: int
    title: str
    public: bool
    films: int
    holds: bool


class NewSelection(msgspec.Struct, kw_only=True):
    """The values of a selection to create. A featured one belongs to the site."""

    title: str
    description: str = ""
    featured: bool = False
    public: bool = False
    film_ids: list[int] = []


class SelectionChange(msgspec.Struct, kw_only=True):
    """New values of a selection; UNSET leaves a value as it is."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    featured: bool | UnsetType = UNSET
    public: bool | UnsetType = UNSET
