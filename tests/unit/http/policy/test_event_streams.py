"""Event streams of listeners; `mechanics/test_websockets.py` sends them."""

import pytest

from kinoteka.http.policy.event_streams import ListenerStream
from kinoteka.realtime.fanout import Ending, Listener


async def test_events_are_those_of_the_listener() -> None:
    listener = Listener[int]("channel")
    stream = ListenerStream(listener, str)
    listener.offer(7)
    assert stream.frame(await stream.next()) == "7"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Ending.SLOW, 1013),
        (Ending.MISSED, 1012),
        (Ending.SESSION_OVER, 4401),
        (Ending.LEFT, 1000),
    ],
)
async def test_close_code_tells_why_the_listener_ended(reason: Ending, code: int) -> None:
    listener = Listener[int]("channel")
    stream = ListenerStream(listener, str)
    listener.end(reason)
    assert stream.ended.done()
    assert stream.close_code() == code


async def test_listener_ends_when_the_stream_is_closed() -> None:
    listener = Listener[int]("channel")
    ListenerStream(listener, str).close()
    assert await listener.ended is Ending.LEFT
