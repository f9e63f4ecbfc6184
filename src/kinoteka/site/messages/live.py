"""The JSON and the WebSocket for the scripts of the chat pages.

Each frame contains the number of unread messages, read after its event was stored. So scripts never
add up counts, and the last frame is right in every window.
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

MAX_CACHED_FRAMES = 1000


class Frame:
    """The frame of one account for an event. `text` is set when `ready` is done."""

    __slots__ = ("event", "ready", "text")

    def __init__(self, event: ChatEvent) -> None:
        self.event = event
        self.text: str | None = None
        self.ready: asyncio.Future[None] | None = None


# The frame of the newest event of an account, encoded once for all its windows.
_newest: BoundedMap[int, Frame] = BoundedMap(MAX_CACHED_FRAMES)


class Frames:
    """The frames of one WebSocket."""

    def __init__(self, core: Services, actor: Actor, listener: Listener[ChatEvent]) -> None:
        self._core = core
        self._actor = actor
        self._listener = listener

    def frame(self, event: ChatEvent) -> str | Awaitable[str | None]:
        """Return the frame of an event, at once if another socket has already encoded it."""
        account_id = self._actor.require_account()
        frame = _newest.get(account_id)
        if frame is None or frame.event is not event:
            frame = Frame(event)
            _newest.set(account_id, frame)
        return frame.text or self._text(frame)

    async def _text(self, frame: Frame) -> str | None:
        """Return None and end the stream if the counts cannot be read: the client then reloads."""
        try:
            while frame.text is None:
                if frame.ready is None:
                    await self._encode(frame)
                else:
                    await asyncio.shield(frame.ready)
        except DomainError:
            self._listener.end(Ending.MISSED)
        return frame.text

    async def _encode(self, frame: Frame) -> None:
        ready = frame.ready = asyncio.get_running_loop().create_future()
        try:
            frame.text = await self._encoded_event(frame.event)
        finally:  # another waiting socket continues if this one was cancelled
            frame.ready = None
            ready.set_result(None)

    async def _encoded_event(self, event: ChatEvent) -> str:
        unit = Unit(self._core.database)
        unread = await self._core.chats.count_unread(self._actor, unit, event.chat_id)
        return encode(schemas.event_frame(event, self._actor.require_account(), unread)).decode()


async def follow(request: Request) -> ListenerStream:
    """Stream the events and read receipts of all chats of the user."""
    listener = await request.core.chats.listen_with_receipts(request.actor, request.unit)
    return ListenerStream(listener, Frames(request.core, request.actor, listener).frame)


async def count_unread(request: Request) -> schemas.LiveUnread:
    """Return the number of unread messages in all chats."""
    return schemas.live_unread(await request.core.chats.count_unread(request.actor, request.unit))


async def list_history(
    request: Request, chat_id: int, query: schemas.HistoryQuery
) -> schemas.History:
    """Return messages of a chat, newest first, with the last message that each member has read."""
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
