"""What the scripts of this part ask for, and the socket by which they hear what happens.

A frame tells how much is unread as it is then, read after what it tells of was stored. So counts
are never added up by anybody, and the last frame is always right, however many tabs there are.
"""

import asyncio

from kinoteka.core.access.model import Actor
from kinoteka.core.chats.model import Happening
from kinoteka.core.services import Services
from kinoteka.errors import DomainError
from kinoteka.httpkit.answers import encode
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.sockets import Following
from kinoteka.storage.cache import BoundedMap
from kinoteka.storage.fanout import Ending, Listener
from kinoteka.storage.unit import Unit
from kinoteka.web.site.messages import shapes

WRITTEN_MOST = 1000

# The newest event of an account, and its frame: read and written once for all that hear it.
_written: BoundedMap[int, tuple[Happening, asyncio.Future[str]]] = BoundedMap(WRITTEN_MOST)


class Frames:
    """The frames of one socket."""

    def __init__(self, core: Services, actor: Actor, listener: Listener[Happening]) -> None:
        self._core = core
        self._actor = actor
        self._listener = listener

    async def frame(self, event: Happening) -> str | None:
        """What is said of an event; None: nothing, for it cannot be told how much is unread."""
        account_id = self._actor.require_account()
        known = _written.get(account_id)
        if known is None or known[0] is not event:
            known = event, asyncio.ensure_future(self._write(event, account_id))
            _written.set(account_id, known)
        try:
            return await asyncio.shield(known[1])
        except DomainError:  # the database is away: who reads anew afterwards misses nothing
            self._listener.end(Ending.MISSED)
            return None

    async def _write(self, event: Happening, account_id: int) -> str:
        unread = await self._core.chats.unread(
            self._actor, Unit(self._core.database), event.chat_id
        )
        return encode(shapes.happening(event, account_id, unread)).decode()


async def follow(call: Call) -> Following:
    """Hear what happens in all of one's chats, and how far either side has read."""
    listener = await call.core.chats.follow(call.actor, call.unit)
    return Following(listener, Frames(call.core, call.actor, listener).frame)


async def count_unread(call: Call) -> shapes.LiveUnread:
    """How much is unread in all."""
    return shapes.live_unread(await call.core.chats.unread(call.actor, call.unit))


async def list_history(call: Call, chat_id: int, query: shapes.HistoryQuery) -> shapes.History:
    """Messages of a chat, newest first, and how far either side has read."""
    chats, reader_id = call.core.chats, call.actor.require_account()
    chat = await chats.get(call.actor, call.unit, chat_id)
    found = await chats.messages(
        call.actor, call.unit, chat_id, query.limit + 1, before=query.before
    )
    return shapes.History(
        [shapes.live_message(message, reader_id) for message in found[: query.limit]],
        len(found) > query.limit,
        chat.read_id,
        chat.other_read_id,
        shapes.live_unread(await chats.unread(call.actor, call.unit, chat_id)),
    )
