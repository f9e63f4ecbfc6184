"""The parts of an export, with the names of the JSON document. Times are RFC 3339 in UTC."""

import msgspec


class ExportedSignIn(msgspec.Struct, frozen=True):
    """An entry of the history of sign-ins."""

    at: str
    address: str
    user_agent: str
    method: str
    success: bool


class ExportedSession(msgspec.Struct, frozen=True):
    """An active session, without its secrets."""

    created_at: str
    last_seen_at: str
    address: str
    user_agent: str
    method: str


class ExportedFilm(msgspec.Struct, frozen=True):
    """A film with the values that identify it."""

    id: int
    title: str
    year: int | None
    runtime_minutes: int | None


class ListedFilm(msgspec.Struct, frozen=True):
    """A film of a downloaded list. An import understands these names."""

    id: int
    title: str
    original_title: str | None
    year: int | None
    runtime_minutes: int | None
    rating: float | None
    votes: int
    genres: list[str]
    directors: list[str]
    description: str


class ExportedBookmark(msgspec.Struct, frozen=True):
    """A bookmarked film."""

    film: ExportedFilm
    bookmarked_at: str


class ExportedSelection(msgspec.Struct, frozen=True):
    """A selection with its films in order."""

    id: int
    title: str
    description: str
    public: bool
    featured: bool
    created_at: str
    updated_at: str
    films: list[ExportedFilm] = []


class ExportedMessage(msgspec.Struct, frozen=True):
    """A message. `own` is true if the account wrote it, false if the other member did."""

    id: int
    own: bool
    text: str
    written_at: str
    edited_at: str | None


class ExportedChat(msgspec.Struct, frozen=True):
    """A chat. `with_username` is None if the other account has no username or is deleted."""

    id: int
    created_at: str
    with_username: str | None


class ExportedAccount(msgspec.Struct, frozen=True):
    """The account itself. `avatar` is the URL of its picture, here or on another server."""

    id: int
    created_at: str
    username: str | None
    email: str | None
    given_name: str | None
    family_name: str | None
    birthday: str | None
    status: str | None
    phone: str | None
    favourite_genre: str | None
    avatar: str | None
    roles: list[str]
    superuser: bool
