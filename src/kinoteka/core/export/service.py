"""The export: everything that is kept of an account, as one JSON document.

Public operations: begin.

The document is read and written down a few rows at a time, however much there is. What only guards
the account (hashes, tokens) is not in it, nor films that it may not see.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.catalogue.positions import Ids, parse_ids
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.export import queries
from kinoteka.core.export.model import ProfileLine, SessionLine
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.sessions.own_sessions import OwnSessions
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import DomainError
from kinoteka.infrastructure.clock import iso, now
from kinoteka.infrastructure.settings import Settings

Pieces = AsyncIterator[bytes]

_encode = msgspec.json.Encoder().encode


class Export:
    """Writes accounts' documents."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        accounts: Accounts,
        own_sessions: OwnSessions,
        catalogue: Catalogue,
    ) -> None:
        self._limit = settings.export_limit
        self._throttle = throttle
        self._accounts = accounts
        self._own_sessions = own_sessions
        self._catalogue = catalogue

    async def begin(
        self, actor: Actor, unit: Unit, avatar_of: Callable[[Account], str | None]
    ) -> Pieces:
        """One's own document, piece by piece; it is read as the pieces are asked for.

        `avatar_of` knows the address of an account's picture.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED)
        """
        account = await self._accounts.get_own(actor, unit)
        await self._throttle.hit("export", self._limit, f"id:{account.id}")
        profile = await self._profile(actor, unit, account, avatar_of(account))
        sessions = await self._sessions(actor, unit)
        reading = _Reading(actor, unit, account.id)
        parts = {
            "sign_ins": _array(reading.sign_ins()),
            "bookmarks": _array(reading.bookmarks()),
            "selections": _array(reading.selections()),
            "chats": reading.chats(),
        }
        head = {"exported_at": iso(now()), "account": profile, "sessions": sessions}
        return _document(head, parts)

    async def _profile(
        self, actor: Actor, unit: Unit, account: Account, avatar: str | None
    ) -> ProfileLine:
        return ProfileLine(
            id=account.id,
            created_at=iso(account.created_at),
            username=account.username,
            email=account.email,
            given_name=account.given_name,
            family_name=account.family_name,
            birthday=account.birthday,
            status=account.status,
            phone=account.phone,
            favourite_genre=await self._genre(actor, unit, account.favourite_genre_id),
            avatar=avatar,
            roles=list(actor.roles),
            superuser=account.superuser,
        )

    async def _genre(self, actor: Actor, unit: Unit, genre_id: int | None) -> str | None:
        if genre_id is None:
            return None
        try:
            return (await self._catalogue.genre(actor, unit, genre_id)).name
        except DomainError:  # it has only films by now that one may not see
            return None

    async def _sessions(self, actor: Actor, unit: Unit) -> list[SessionLine]:
        own = await self._own_sessions.list(actor, unit)
        return [
            SessionLine(
                iso(each.created_at),
                iso(each.last_seen_at),
                each.address,
                each.user_agent,
                each.method,
            )
            for each in own.sessions
        ]


class _Reading:
    """Reads an account's things, some at a time, each time as they are by then."""

    def __init__(self, actor: Actor, unit: Unit, account_id: int) -> None:
        self._unit = unit
        self._account_id = account_id
        self._viewer = visible_to(actor.labels)

    async def sign_ins(self) -> Pieces:
        after = 0
        while rows := await self._own(queries.SIGN_INS, after=after):
            after = rows[-1][0]
            yield _items(line for _, line in rows)

    async def bookmarks(self) -> Pieces:
        ids = await self._ids(queries.BOOKMARKED)
        for first in range(0, len(ids), queries.SOME):
            some = list(ids[first : first + queries.SOME])
            found = dict(await self._own(queries.BOOKMARKS, ids=some, **self._viewer))
            yield _items(found[film_id] for film_id in some if film_id in found)

    async def selections(self) -> Pieces:
        after = 0
        while rows := await self._own(queries.SELECTIONS, after=after):
            ((after, selection),) = rows
            films = await self._unit.all(queries.FILMS_OF, selection_id=after, **self._viewer)
            yield _items([replace(selection, films=films)])

    async def chats(self) -> Pieces:
        before = b"["
        for chat_id in await self._ids(queries.CHAT_IDS):
            for chat in await self._own(queries.CHAT, chat_id=chat_id):
                yield before + _encode(chat)[:-1] + b',"messages":'
                async for piece in _array(self._messages(chat_id)):
                    yield piece
                yield b"}"
                before = b","
        yield b"]" if before == b"," else b"[]"

    async def _messages(self, chat_id: int) -> Pieces:
        after = 0
        while rows := await self._unit.all(queries.MESSAGES, chat_id=chat_id, after=after):
            after = rows[-1][0]
            yield _items(
                replace(message, own=author_id == self._account_id)
                for _, author_id, message in rows
            )

    async def _own(self, statement: Statement[Any], **given: Any) -> list[Any]:
        return await self._unit.all(statement, account_id=self._account_id, **given)

    async def _ids(self, statement: Statement[tuple[str]]) -> Ids:
        rows = await self._unit.all_in_thread(statement, account_id=self._account_id)
        return parse_ids(rows[0][0])


async def _document(head: dict[str, object], parts: dict[str, Pieces]) -> Pieces:
    yield _encode(head)[:-1]
    for name, pieces in parts.items():
        yield f',"{name}":'.encode()
        async for piece in pieces:
            yield piece
            await asyncio.sleep(0)  # a fast reader must not keep the event loop to itself
    yield b"}"


async def _array(some: Pieces) -> Pieces:
    """An array whose items come some at a time."""
    before = b"["
    async for items in some:
        if items:
            yield before + items
            before = b","
    yield b"]" if before == b"," else b"[]"


def _items(lines: Iterable[object]) -> bytes:
    return _encode(list(lines))[1:-1]
