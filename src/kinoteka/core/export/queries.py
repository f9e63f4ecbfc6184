"""Statements that read an account's data in batches. Each uses an index."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    FromClause,
    Select,
    and_,
    bindparam,
    literal,
    select,
    union_all,
)

from kinoteka.core.catalogue.model import UNKNOWN
from kinoteka.core.catalogue.queries import ids_as_json
from kinoteka.core.export.model import (
    ExportedBookmark,
    ExportedChat,
    ExportedFilm,
    ExportedMessage,
    ExportedSelection,
    ExportedSignIn,
)
from kinoteka.database.schema import (
    accounts,
    bookmarks,
    chat_members,
    chats,
    film_directors,
    film_genres,
    films,
    genres,
    messages,
    people,
    selection_films,
    selections,
    sign_ins,
)
from kinoteka.database.statement import Statement, in_list, named_for
from kinoteka.database.translations import genre_name, person_name
from kinoteka.database.visibility import VISIBLE
from kinoteka.infrastructure.clock import iso

BATCH_SIZE = 50
"""The number of rows that are read, encoded and sent at once."""
MESSAGE_BATCH_SIZE = 12
"""Messages may be long. Encoding this many blocks the event loop for less than a millisecond."""

FILM = tuple(films.c[name] for name in ExportedFilm.__struct_fields__)
_account_id: BindParameter[int] = bindparam("account_id")


def _sign_in(
    row_id: int, at: int, address: str, user_agent: str, method: str, success: bool
) -> tuple[int, ExportedSignIn]:
    return row_id, ExportedSignIn(iso(at), address, user_agent, method, success)


SIGN_INS: Statement[tuple[int, ExportedSignIn]] = Statement(
    select(
        sign_ins.c.id.label("row_id"),
        sign_ins.c.at,
        sign_ins.c.address,
        sign_ins.c.user_agent,
        sign_ins.c.method,
        sign_ins.c.success,
    )
    .where(sign_ins.c.account_id == _account_id, sign_ins.c.id > bindparam("after"))
    .order_by(sign_ins.c.id)
    .limit(BATCH_SIZE),
    _sign_in,
)


def _names(names: FromClause, links: FromClause, column: str, *, genre: bool) -> Select[Any]:
    return (
        select(
            links.c.film_id,
            literal(genre).label("is_genre"),
            (genre_name() if genre else person_name()).label("name"),
            links.c.position,
        )
        .join(names, names.c.id == links.c[column])
        .where(in_list(links.c.film_id, bindparam("ids")), names.c.id != UNKNOWN)
    )


# The genres and directors of films that are known to be visible, in the parameter `language`.
NAMES_OF_FILMS: Statement[tuple[int, bool, str, int]] = Statement(
    union_all(
        _names(genres, film_genres, "genre_id", genre=True),
        _names(people, film_directors, "director_id", genre=False),
    ).order_by("film_id", "position")
)

BOOKMARKED: Statement[tuple[str]] = ids_as_json(
    select(bookmarks.c.film_id.label("id"))
    .where(bookmarks.c.account_id == _account_id)
    .order_by(bookmarks.c.created_at, bookmarks.c.film_id)
)


def _bookmark(film: ExportedFilm, created_at: int) -> tuple[int, ExportedBookmark]:
    return film.id, ExportedBookmark(film, iso(created_at))


BOOKMARKS: Statement[tuple[int, ExportedBookmark]] = Statement(
    select(*named_for("film", *FILM), bookmarks.c.created_at)
    .join(bookmarks, bookmarks.c.film_id == films.c.id)
    .where(bookmarks.c.account_id == _account_id, in_list(films.c.id, bindparam("ids")), VISIBLE),
    _bookmark,
)


def _selection(
    selection_id: int,
    title: str,
    description: str,
    public: bool,
    featured: bool,
    created_at: int,
    updated_at: int,
) -> tuple[int, ExportedSelection]:
    return selection_id, ExportedSelection(
        selection_id, title, description, public, featured, iso(created_at), iso(updated_at)
    )


SELECTIONS: Statement[tuple[int, ExportedSelection]] = Statement(
    select(
        selections.c.id.label("selection_id"),
        selections.c.title,
        selections.c.description,
        selections.c.public,
        selections.c.featured,
        selections.c.created_at,
        selections.c.updated_at,
    )
    .where(selections.c.account_id == _account_id, selections.c.id > bindparam("after"))
    .order_by(selections.c.id)
    .limit(1),
    _selection,
)
FILMS_OF: Statement[ExportedFilm] = Statement(
    select(*FILM)
    .join(selection_films, selection_films.c.film_id == films.c.id)
    .where(selection_films.c.selection_id == bindparam("selection_id"), VISIBLE)
    .order_by(selection_films.c.position),
    ExportedFilm,
)

CHAT_IDS: Statement[tuple[str]] = ids_as_json(
    select(chat_members.c.chat_id.label("id"))
    .where(chat_members.c.account_id == _account_id)
    .order_by(chat_members.c.chat_id)
)


def _chat(chat_id: int, created_at: int, username: str | None) -> ExportedChat:
    return ExportedChat(chat_id, iso(created_at), username)


_other = chat_members.alias("other")
CHAT: Statement[ExportedChat] = Statement(
    select(chats.c.id.label("chat_id"), chats.c.created_at, accounts.c.username)
    .join(
        chat_members,
        and_(chat_members.c.chat_id == chats.c.id, chat_members.c.account_id == _account_id),
    )
    .outerjoin(_other, and_(_other.c.chat_id == chats.c.id, _other.c.account_id != _account_id))
    .outerjoin(accounts, accounts.c.id == _other.c.account_id)
    .where(chats.c.id == bindparam("chat_id")),
    _chat,
)


def _message(
    message_id: int, author_id: int | None, text: str, created_at: int, edited_at: int | None
) -> tuple[int, int | None, ExportedMessage]:
    edited = None if edited_at is None else iso(edited_at)
    return message_id, author_id, ExportedMessage(message_id, False, text, iso(created_at), edited)


MESSAGES: Statement[tuple[int, int | None, ExportedMessage]] = Statement(
    select(
        messages.c.id.label("message_id"),
        messages.c.author_id,
        messages.c.text,
        messages.c.created_at,
        messages.c.edited_at,
    )
    .where(messages.c.chat_id == bindparam("chat_id"), messages.c.id > bindparam("after"))
    .order_by(messages.c.id)
    .limit(MESSAGE_BATCH_SIZE),
    _message,
)
