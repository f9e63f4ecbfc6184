"""Event streams: what a WebSocket sends of a channel of the fan-out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kinoteka.realtime.fanout import Ending, Listener

# RFC 6455, 7.4, and its registry; 4000 to 4999 are for applications.
CLOSE_CODES = {
    Ending.SLOW: 1013,
    Ending.MISSED: 1012,
    Ending.SESSION_OVER: 4401,
    Ending.LEFT: 1000,
}


@dataclass(frozen=True, slots=True)
class ListenerStream:
    """The events of a listener, as an `EventStream` of text frames.

    `frame` is called once per connection and event, so it should cache the frames that it encodes.
    If it returns an awaitable of None, nothing is sent.
    """

    listener: Listener[Any]
    frame: Callable[[Any], str | Awaitable[str | None]]

    @property
    def ended(self) -> asyncio.Future[Ending]:
        """Done, with the reason, when no more events follow."""
        return self.listener.ended

    def next(self) -> Awaitable[Any]:
        """Return the next event. Wait for it if there is none yet."""
        return self.listener.next()

    def close_code(self) -> int:
        """Return the close code for the reason for which the listener ended."""
        return CLOSE_CODES[self.listener.ended.result()]

    def close(self) -> None:
        """End the listener, because the client has left."""
        self.listener.end(Ending.LEFT)
