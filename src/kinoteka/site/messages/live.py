"""What the scripts of this part ask for, and the socket by which they hear what happens.

A frame tells how much is unread as it is then, read after what it tells of was stored. So counts
are never added up by anybody, and the last frame is always right, however many tabs there are.
"""

import asyncio
from collections.abc import Awaitable

from kinoteka.core.access.model import Actor
from kinoteka.core.chats.model import ChatEvent
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit
from kinoteka.errors import DomainError
from kinoteka.http.mechanics.response import encode
from kinoteka.http.policy.event_streams import ListenerStream
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.cache import BoundedMap
from kinoteka.realtime.fanout import Ending, Listener
from kinoteka.site.messages import schemas

WRITTEN_MOST = 1000


class Frame:
    """What an account hears of an event, once it is written; `ready` is done by then."""

    __slots__ = ("event", "ready", "text")

    def __init__(self, event: ChatEvent) -> None:
        self.event = event
        self.text: str | None = None
        self.ready: asyncio.Future[None] | None = None


# The frame of the newest event of an account: read and written once for all that hear it.
_newest: BoundedMap[int, Frame] = BoundedMap(WRITTEN_MOST)


class Frames:
    """The frames of one socket."""

    def __init__(self, core: Services, actor: Actor, listener: Listener[ChatEvent]) -> None:
        self._core = core
        self._actor = actor
        self._listener = listener

    def frame(self, event: ChatEvent) -> str | Awaitable[str | None]:
        """What is said of an event; at once where another socket has asked already."""
        account_id = self._actor.require_account()
        frame = _newest.get(account_id)
        if frame is None or frame.event is not event:
            frame = Frame(event)
            _newest.set(account_id, frame)
        return frame.text or self._text(frame)

    async def _text(self, frame: Frame) -> str | None:
        """None where it cannot be told how much is unread: who reads anew then misses nothing."""
        try:
            while frame.text is None:
                if frame.ready is None:
                    await self._write(frame)
                else:
                    await asyncio.shield(frame.ready)
        except DomainError:
            self._listener.end(Ending.MISSED)
        return frame.text

    async def _write(self, frame: Frame) -> None:
        ready = frame.ready = asyncio.get_running_loop().create_future()
        try:
            frame.text = await self._read(frame.event)
        finally:  # another goes on, where this one has left
            frame.ready = None
            ready.set_result(None)

    async def _read(self, event: ChatEvent) -> str:
        unit = Unit(self._core.database)
        unread = await self._core.chats.count_unread(self._actor, unit, event.chat_id)
        return encode(schemas.happening(event, self._actor.require_account(), unread)).decode()


async def follow(request: Request) -> ListenerStream:
    """Hear what happens in all of one's chats, and how far either side has read."""
    listener = await request.core.chats.listen_with_receipts(request.actor, request.unit)
    return ListenerStream(listener, Frames(request.core, request.actor, listener).frame)


async def count_unread(request: Request) -> schemas.LiveUnread:
    """How much is unread in all."""
    return schemas.live_unread(await request.core.chats.count_unread(request.actor, request.unit))


async def list_history(
    request: Request, chat_id: int, query: schemas.HistoryQuery
) -> schemas.History:
    """Messages of a chat, newest first, and how far either side has read."""
    chats, reader_id = request.core.chats, request.actor.require_account()
    chat = await chats.get(request.actor, request.unit, chat_id)
    found = await chats.list_messages(
        request.actor, request.unit, chat_id, query.limit + 1, before=query.before
    )
    return schemas.History(
        [schemas.live_message(message, reader_id) for message in found[: query.limit]],
        len(found) > query.limit,
        chat.read_id,
        chat.other_read_id,
        schemas.live_unread(await chats.count_unread(request.actor, request.unit, chat_id)),
    )
