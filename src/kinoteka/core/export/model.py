"""What an account takes away: shapes as they are written into its document.

Times are RFC 3339 in UTC.
"""

import msgspec


class SignInLine(msgspec.Struct, frozen=True):
    """A line of the history of sign-ins."""

    at: str
    address: str
    user_agent: str
    method: str
    success: bool


class SessionLine(msgspec.Struct, frozen=True):
    """A session that lasts; nothing by which one could come in."""

    created_at: str
    last_seen_at: str
    address: str
    user_agent: str
    method: str


class FilmLine(msgspec.Struct, frozen=True):
    """A film, with what tells it from others."""

    id: int
    title: str
    year: int | None
    runtime_minutes: int | None


class BookmarkLine(msgspec.Struct, frozen=True):
    """A bookmarked film."""

    film: FilmLine
    bookmarked_at: str


class SelectionLine(msgspec.Struct, frozen=True):
    """A selection with its films in order."""

    id: int
    title: str
    description: str
    public: bool
    featured: bool
    created_at: str
    updated_at: str
    films: list[FilmLine] = []


class MessageLine(msgspec.Struct, frozen=True):
    """A message; `own` tells whether the account has written it, or the other of the chat."""

    id: int
    own: bool
    text: str
    written_at: str
    edited_at: str | None


class ChatLine(msgspec.Struct, frozen=True):
    """A chat; None: the other has no username, or has gone."""

    id: int
    created_at: str
    with_username: str | None


class ProfileLine(msgspec.Struct, frozen=True):
    """The account itself. `avatar` is where the picture is, on this server or elsewhere."""

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
