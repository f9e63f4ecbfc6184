"""The export: everything that is stored about an account, as one JSON document.

Public operations: stream.

The document is read and encoded in batches, so memory does not grow with its size. It omits the
secrets that protect the account (hashes, tokens) and films that are not visible to it.
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
from kinoteka.core.export.model import ExportedAccount, ExportedSession
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.sessions.own_sessions import OwnSessions
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import DomainError
from kinoteka.infrastructure.clock import iso, now
from kinoteka.infrastructure.settings import Settings

Chunks = AsyncIterator[bytes]

_encode = msgspec.json.Encoder().encode


class Export:
    """The exports of all accounts."""

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

    async def stream(
        self, actor: Actor, unit: Unit, avatar_of: Callable[[Account], str | None]
    ) -> Chunks:
        """Return the chunks of the actor's document, which are read from the database on demand.

        `avatar_of` returns the URL of an account's picture.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED)
        """
        account = await self._accounts.get_own(actor, unit)
        await self._throttle.hit("export", self._limit, f"id:{account.id}")
        profile = await self._profile(actor, unit, account, avatar_of(account))
        sessions = await self._sessions(actor, unit)
        reader = _AccountReader(actor, unit, account.id)
        parts = {
            "sign_ins": _array(reader.sign_ins()),
            "bookmarks": _array(reader.bookmarks()),
            "selections": _array(reader.selections()),
            "chats": reader.chats(),
        }
        head = {"exported_at": iso(now()), "account": profile, "sessions": sessions}
        return _document(head, parts)

    async def _profile(
        self, actor: Actor, unit: Unit, account: Account, avatar: str | None
    ) -> ExportedAccount:
        return ExportedAccount(
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
        except DomainError:  # None of the genre's films is visible any more.
            return None

    async def _sessions(self, actor: Actor, unit: Unit) -> list[ExportedSession]:
        own = await self._own_sessions.list(actor, unit)
        return [
            ExportedSession(
                iso(each.created_at),
                iso(each.last_seen_at),
                each.address,
                each.user_agent,
                each.method,
            )
            for each in own.sessions
        ]


class _AccountReader:
    """Read an account's data in batches, each as it is at the time of reading."""

    def __init__(self, actor: Actor, unit: Unit, account_id: int) -> None:
        self._unit = unit
        self._account_id = account_id
        self._visible = visible_to(actor.labels)

    async def sign_ins(self) -> Chunks:
        after = 0
        while rows := await self._own(queries.SIGN_INS, after=after):
            after = rows[-1][0]
            yield _encoded_items(sign_in for _, sign_in in rows)

    async def bookmarks(self) -> Chunks:
        ids = await self._ids(queries.BOOKMARKED)
        for first in range(0, len(ids), queries.BATCH_SIZE):
            batch = list(ids[first : first + queries.BATCH_SIZE])
            found = dict(await self._own(queries.BOOKMARKS, ids=batch, **self._visible))
            yield _encoded_items(found[film_id] for film_id in batch if film_id in found)

    async def selections(self) -> Chunks:
        after = 0
        while rows := await self._own(queries.SELECTIONS, after=after):
            ((after, selection),) = rows
            films = await self._unit.all(queries.FILMS_OF, selection_id=after, **self._visible)
            yield _encoded_items([replace(selection, films=films)])

    async def chats(self) -> Chunks:
        before = b"["
        for chat_id in await self._ids(queries.CHAT_IDS):
            for chat in await self._own(queries.CHAT, chat_id=chat_id):
                yield before + _encode(chat)[:-1] + b',"messages":'
                async for chunk in _array(self._messages(chat_id)):
                    yield chunk
                yield b"}"
                before = b","
        yield b"]" if before == b"," else b"[]"

    async def _messages(self, chat_id: int) -> Chunks:
        after = 0
        while rows := await self._unit.all(queries.MESSAGES, chat_id=chat_id, after=after):
            after = rows[-1][0]
            yield _encoded_items(
                replace(message, own=author_id == self._account_id)
                for _, author_id, message in rows
            )

    async def _own(self, statement: Statement[Any], **values: Any) -> list[Any]:
        return await self._unit.all(statement, account_id=self._account_id, **values)

    async def _ids(self, statement: Statement[tuple[str]]) -> Ids:
        rows = await self._unit.all_in_thread(statement, account_id=self._account_id)
        return parse_ids(rows[0][0])


async def _document(head: dict[str, object], parts: dict[str, Chunks]) -> Chunks:
    yield _encode(head)[:-1]
    for name, chunks in parts.items():
        yield f',"{name}":'.encode()
        async for chunk in chunks:
            yield chunk
            await asyncio.sleep(0)  # A fast client must not block the event loop.
    yield b"}"


async def _array(batches: Chunks) -> Chunks:
    """Yield the chunks of an array from batches of encoded items."""
    before = b"["
    async for items in batches:
        if items:
            yield before + items
            before = b","
    yield b"]" if before == b"," else b"[]"


def _encoded_items(values: Iterable[object]) -> bytes:
    return _encode(list(values))[1:-1]
