"""HTTP and WebSocket connections: uvicorn's protocols, with bounds that uvicorn does not have.

This module alone relies on internals of uvicorn's protocol classes: the attributes `cycle`,
`connections`, `transport`, `parser` and `flow`, and the order of their callbacks. `CHECKED` names
the versions that they were read in; with others the server starts, and says so.
"""

import asyncio
from collections.abc import Callable, Sized
from importlib.metadata import version
from typing import Any, cast

import structlog
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from kinoteka.http.mechanics.request_ids import trusted_hosts
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.connections import (
    Admission,
    Admissions,
    Deadlines,
    Observed,
    Reason,
    Report,
    Stage,
    Watch,
    prepare_open_files,
)

log = structlog.get_logger()

CHECKED = {"uvicorn": "0.54.0", "httptools": "0.9.0", "websockets": "17.4"}
"""The versions whose internals this module was written for."""

HEAD_LARGEST = 64 * 1024
BARE = b"content-length: 0\r\nconnection: close\r\n\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + BARE
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\n" + BARE
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\n" + BARE
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\n" + BARE

IDLE_SECONDS = 0.2
NEW_SECONDS = 2.0
"""How long a stopping server keeps connections without a request, for one that is on its way:
those that have had requests, and those that have not."""
PIPELINED_MOST = 100
"""Requests that a client may send before it has read the response to an earlier one."""
LOOKED_AT_ONCE = 200
"""Connections that one turn of the event loop looks at."""


class State(ServerState):
    """What the connections of a server share."""

    is_stopping = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.report = Report()
        self.deadlines = Deadlines(settings)
        self.admissions = Admissions(
            prepare_open_files(settings).connections,
            settings.connections_per_network,
            trusted_hosts(settings.trusted_proxies),
        )


class Flow(FlowControl):
    """Flow control that reads no more while pipelined requests wait.

    uvicorn's own resumes after every response, so the queue would grow as fast as a client sends.
    """

    def __init__(self, transport: asyncio.Transport, pipeline: Sized) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """Read on, unless the client has to wait for its own requests."""
        if self.read_paused and not self._pipeline:
            super().resume_reading()


class BoundedHttp(HttpToolsProtocol):
    """HTTP with bounded heads, trailers and framing, and with deadlines.

    While the server stops, a request that had been sent before its client could know is answered,
    with `Connection: close`.
    """

    # Slots, for uvicorn's own attributes are as many as an instance may have at full speed.
    __slots__ = ("_admission", "_head_from", "_received", "watch")

    server_state: State

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a new connection, or refuse it if there are too many."""
        self._admission: Admission | None = None
        # Bytes that have come, and how many had when a head or a piece of a body was complete.
        self._received = self._head_from = 0
        super().connection_made(transport)
        self.flow = Flow(transport, self.pipeline)
        self.watch = Watch(self.loop.time())
        admitted = self.server_state.admissions.admit(self.client[0] if self.client else None)
        if isinstance(admitted, Reason):
            self.server_state.report.add(admitted, self.loop.time())
            transport.write(TOO_MANY)
            transport.close()
            return
        self._admission = admitted
        if self.server_state.is_stopping:  # it was accepted just before
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no longer."""
        super().connection_lost(exc)
        if self._admission is not None:
            self._admission.release()

    def data_received(self, data: bytes) -> None:
        """Parse what the client sends; 431 (RFC 6585) when no head or body comes of it."""
        request = self.cycle
        self._received += len(data)
        super().data_received(data)
        if self.cycle is not request:
            self._head_from = self._received  # a whole head has come
            if len(self.pipeline) > PIPELINED_MOST:
                self.pipeline.clear()
                self.transport.close()
        elif self._received - self._head_from > HEAD_LARGEST and not self.transport.is_closing():
            self.transport.write(HEAD_TOO_LARGE)
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body. The body of an upgrade is part of its head."""
        if not self.parser.should_upgrade():
            self._head_from = self._received
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Begin a request, whose head is complete."""
        super().on_headers_complete()
        if self.server_state.is_stopping and self._has_request():
            self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        """Begin a WebSocket; a stopping server ends it as it has ended the others."""
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, BoundedWebSocket):
            socket.admission = self._admission
            socket.reject_unreadable()
        if self.server_state.is_stopping:
            self.loop.call_later(IDLE_SECONDS, self._end_websocket)

    def shutdown(self) -> None:
        """Close the connection after its request, or soon if it has none: the server stops."""
        if self._has_request():
            super().shutdown()
        else:
            wait = NEW_SECONDS if self.cycle is None else IDLE_SECONDS
            self.loop.call_later(wait, self._leave)

    def observed(self) -> Observed:
        """Return what the connection is doing."""
        unsent = self.transport.get_write_buffer_size()
        if unsent or self.transport.is_closing():
            return Observed(Stage.ANSWER, self.cycle, unsent)
        if not self._has_request():
            is_idle = self.cycle is not None and self._received == self._head_from
            return Observed(Stage.IDLE if is_idle else Stage.HEAD, self.cycle, 0)
        if self.cycle.more_body and not self.flow.read_paused:
            return Observed(Stage.BODY, self.cycle, self._received)
        return Observed(Stage.ANSWER, self.cycle, 0)

    def end(self, reason: Reason) -> None:
        """Close the connection, whose time is over; 408 where that can be said."""
        if reason is Reason.ANSWER:
            self.transport.abort()
            return
        has_begun_head = reason is Reason.HEAD and self._received != self._head_from
        waits_for_body = reason is Reason.BODY and not self.cycle.response_started
        if has_begun_head or waits_for_body:
            self.transport.write(TOO_SLOW)
        self.transport.close()

    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _leave(self) -> None:
        is_http_still = self in self.connections
        has_head = self._received != self._head_from
        if is_http_still and not self._has_request() and not has_head:
            self.transport.close()

    def _end_websocket(self) -> None:
        if not self.transport.is_closing():
            cast(WebSocketsSansIOProtocol, self.transport.get_protocol()).shutdown()


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that counts as a connection, and does not outlive its close."""

    admission: Admission | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.watch = Watch(self.loop.time())

    def reject_unreadable(self) -> None:
        """Close the connection if its head is none of a WebSocket: uvicorn would wait for ever."""
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(NO_HANDSHAKE)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no longer."""
        super().connection_lost(exc)
        if self.admission is not None:
            self.admission.release()

    def observed(self) -> Observed:
        """Return what the connection is doing; pings look after an open one."""
        return Observed(Stage.ANSWER, None, self.transport.get_write_buffer_size())

    def end(self, reason: Reason) -> None:
        """Close the connection without a word: its last bytes were not read in time."""
        del reason
        self.transport.abort()


class Sweeper:
    """Looks at every connection again and again, and ends those whose time is over.

    One timer for all of them: a timer for each request would cost the requests more.
    """

    def __init__(self, state: State, loop: asyncio.AbstractEventLoop) -> None:
        self._state = state
        self._loop = loop
        self._next: asyncio.Handle = loop.call_later(state.deadlines.sweep_seconds, self._sweep)

    def stop(self) -> None:
        """Look no more."""
        self._next.cancel()

    def _sweep(self) -> None:
        self._state.report.log(self._loop.time())
        self._look_at(list(self._state.connections))

    def _look_at(self, connections: list[Any]) -> None:
        now = self._loop.time()
        for connection in connections[:LOOKED_AT_ONCE]:
            self._look_at_one(connection, now)
        if rest := connections[LOOKED_AT_ONCE:]:
            self._next = self._loop.call_soon(self._look_at, rest)
        else:
            self._next = self._loop.call_later(self._state.deadlines.sweep_seconds, self._sweep)

    def _look_at_one(self, connection: BoundedHttp | BoundedWebSocket, now: float) -> None:
        reason = self._state.deadlines.passed(connection.watch, connection.observed(), now)
        if reason is None:
            return
        if reason is not Reason.IDLE:
            self._state.report.add(reason, now)
        connection.end(reason)


def protocol_options(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn's configuration needs for these protocols."""
    return {
        "http": BoundedHttp,
        "ws": BoundedWebSocket,
        "timeout_keep_alive": settings.idle_seconds,
        "ws_ping_interval": settings.ping_seconds,
        "ws_ping_timeout": settings.ping_seconds,
    }


def warn_of_other_versions(installed: Callable[[str], str] = version) -> None:
    """Log the libraries whose installed version this module was not checked with."""
    others = {
        name: installed(name) for name, checked in CHECKED.items() if installed(name) != checked
    }
    if others:
        log.warning("connections were not tested with these versions", **others)


class Configuration(uvicorn.Config):
    """uvicorn's configuration, which also carries the settings to the connections."""

    settings: Settings
