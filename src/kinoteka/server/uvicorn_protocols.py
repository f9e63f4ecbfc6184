"""HTTP and WebSocket connections: uvicorn's protocols with limits that uvicorn lacks.

Only this module uses internals of uvicorn's protocol classes: the attributes `cycle`,
`connections`, `pipeline`, `transport`, `parser` and `flow`, the state of a cycle, and the order of
their callbacks and writes. It was written for the versions in `CHECKED`. With other versions the
server starts and logs a warning.
"""

import asyncio
from collections.abc import Callable, Sized
from importlib.metadata import version
from typing import Any, cast

import structlog
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from kinoteka.http.mechanics.trusted_proxies import trusted_hosts
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.connections import (
    Admission,
    Admissions,
    Deadlines,
    Observation,
    Reason,
    Report,
    Stage,
    StageTimer,
    prepare_open_files,
)

log = structlog.get_logger()

CHECKED = {"uvicorn": "0.54.0", "httptools": "0.9.0", "websockets": "17.4"}
"""The versions whose internals this module was written for."""

MAX_HEAD_BYTES = 64 * 1024
NO_BODY_AND_CLOSE = b"content-length: 0\r\nconnection: close\r\n\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + NO_BODY_AND_CLOSE
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\n" + NO_BODY_AND_CLOSE
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\n" + NO_BODY_AND_CLOSE
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\n" + NO_BODY_AND_CLOSE

IDLE_SECONDS = 0.2
NEW_SECONDS = 2.0
"""How long a stopping server waits for a request that may be on its way: on a connection that has
had requests (IDLE), and on one that has not (NEW)."""
MAX_PIPELINED = 100
"""Requests that a client may send before it reads the response to the first of them."""
MAX_JOINED_BYTES = 64 * 1024
"""The largest part of a body that is copied behind its head."""
SWEEP_BATCH = 200
"""Connections that are checked in one turn of the event loop."""


class State(ServerState):
    """State that all connections of a server share."""

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


class PipelineFlowControl(FlowControl):
    """Flow control that stops reading while pipelined requests wait.

    uvicorn's own resumes after every response, so the queue would grow as fast as a client sends.
    """

    def __init__(self, transport: asyncio.Transport, pipeline: Sized) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """Resume reading, unless pipelined requests of the client wait."""
        if self.read_paused and not self._pipeline:
            super().resume_reading()


class JoinedWrites:
    """The transport of one response, which sends the head with the first part of the body.

    uvicorn writes them one after the other, and uvloop sends each at once: as two packets, and with
    4 % more time for a cached response. A head waits only if a body of known length follows.
    """

    __slots__ = ("_cycle", "_head", "_is_begun", "_transport", "is_closing")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._transport = cycle.transport
        self._head: bytes | None = None
        self._is_begun = False
        self.is_closing = cycle.transport.is_closing

    def write(self, data: bytes) -> None:
        """Send `data` and a head that waits, or let the head wait."""
        if self._head is not None:
            head, self._head = self._head, None
            self._send_both(head, data)
        elif self._is_begun or not self._cycle.response_started:
            self._transport.write(data)
        else:
            self._is_begun = True
            if self._cycle.expected_content_length and self._cycle.scope["method"] != "HEAD":
                self._head = data
            else:
                self._transport.write(data)

    def close(self) -> None:
        """Send a head that waits, and close the connection."""
        if self._head is not None:
            self._transport.write(self._head)
            self._head = None
        self._transport.close()

    def _send_both(self, head: bytes, body: bytes) -> None:
        if len(body) > MAX_JOINED_BYTES:
            self._transport.writelines((head, body))
        else:
            self._transport.write(head + body)


class BoundedHttp(HttpToolsProtocol):
    """HTTP with limits on heads, trailers and framing, and with deadlines.

    While the server stops, a request that was sent before the client could know is still answered,
    with `Connection: close`.
    """

    # Slots, because uvicorn's classes already have as many attributes as CPython accesses fast.
    __slots__ = ("_admission", "_head_from", "_received", "watch")

    server_state: State

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a new connection, or refuse it if there are too many."""
        self._admission: Admission | None = None
        # Bytes received in total, and until the last complete head or chunk of a body.
        self._received = self._head_from = 0
        super().connection_made(transport)
        self.flow = PipelineFlowControl(transport, self.pipeline)
        self.stage_timer = StageTimer(self.loop.time())
        admitted = self.server_state.admissions.admit(self.client[0] if self.client else None)
        if isinstance(admitted, Reason):
            self.server_state.report.add(admitted, self.loop.time())
            transport.write(TOO_MANY)
            transport.close()
            return
        self._admission = admitted
        if self.server_state.is_stopping:  # it was accepted just before the stop
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting the connection."""
        super().connection_lost(exc)
        if self._admission is not None:
            self._admission.release()

    def data_received(self, data: bytes) -> None:
        """Parse received data. Respond with 431 (RFC 6585) if a head or trailer is too long."""
        request = self.cycle
        self._received += len(data)
        super().data_received(data)
        if self.cycle is not request:
            self._head_from = self._received  # a head is complete
            if len(self.pipeline) > MAX_PIPELINED:
                self.pipeline.clear()
                self.transport.close()
        elif self._received - self._head_from > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(HEAD_TOO_LARGE)
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Receive a chunk of a body. The body of an upgrade is part of its head."""
        if not self.parser.should_upgrade():
            self._head_from = self._received
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Begin a request after its head is complete."""
        previous = self.cycle
        super().on_headers_complete()
        if self.cycle is not previous:
            self.cycle.transport = JoinedWrites(self.cycle)  # type: ignore[assignment]
        if self.server_state.is_stopping and self._has_request():
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Finish a response.

        uvicorn would start a timer for the idle connection, which costs 5 % of a cached response.
        The sweeper closes idle connections as well.
        """
        if self.pipeline:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def handle_websocket_upgrade(self) -> None:
        """Begin a WebSocket. A stopping server closes it like the others."""
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, BoundedWebSocket):
            socket.admission = self._admission
            socket.reject_unreadable()
        if self.server_state.is_stopping:
            self.loop.call_later(IDLE_SECONDS, self._end_websocket)

    def shutdown(self) -> None:
        """Close the connection because the server stops: after its request, or soon without one."""
        if self._has_request():
            super().shutdown()
        else:
            wait = NEW_SECONDS if self.cycle is None else IDLE_SECONDS
            self.loop.call_later(wait, self._close_if_idle)

    def observe(self) -> Observation:
        """Return the state of the connection."""
        unsent = self.transport.get_write_buffer_size()
        if unsent or self.transport.is_closing():
            return Observation(Stage.RESPONSE, self.cycle, unsent)
        if not self._has_request():
            is_idle = self.cycle is not None and self._received == self._head_from
            return Observation(Stage.IDLE if is_idle else Stage.HEAD, self.cycle, 0)
        if self.cycle.more_body and not self.flow.read_paused:
            return Observation(Stage.BODY, self.cycle, self._received)
        return Observation(Stage.RESPONSE, self.cycle, 0)

    def end(self, reason: Reason) -> None:
        """Close the connection at its deadline, with 408 if a response is possible."""
        if reason is Reason.RESPONSE:
            self.transport.abort()
            return
        has_begun_head = reason is Reason.HEAD and self._received != self._head_from
        waits_for_body = reason is Reason.BODY and not self.cycle.response_started
        if has_begun_head or waits_for_body:
            self.transport.write(TOO_SLOW)
        self.transport.close()

    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _close_if_idle(self) -> None:
        is_http_still = self in self.connections
        has_head = self._received != self._head_from
        if is_http_still and not self._has_request() and not has_head:
            self.transport.close()

    def _end_websocket(self) -> None:
        if not self.transport.is_closing():
            cast(WebSocketsSansIOProtocol, self.transport.get_protocol()).shutdown()


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that counts as a connection and ends when its connection closes."""

    admission: Admission | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.stage_timer = StageTimer(self.loop.time())

    def reject_unreadable(self) -> None:
        """Close the connection if its handshake is invalid: uvicorn would wait for ever."""
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(NO_HANDSHAKE)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting the connection."""
        super().connection_lost(exc)
        if self.admission is not None:
            self.admission.release()

    def observe(self) -> Observation:
        """Return the state of the connection. Pings check whether an open one is alive."""
        return Observation(Stage.RESPONSE, None, self.transport.get_write_buffer_size())

    def end(self, reason: Reason) -> None:
        """Close the connection at once: its last bytes were not read in time."""
        del reason
        self.transport.abort()


class Sweeper:
    """Checks every connection periodically and closes those past their deadline.

    It uses one timer for all of them, because a timer per request would be slower.
    """

    def __init__(self, state: State, loop: asyncio.AbstractEventLoop) -> None:
        self._state = state
        self._loop = loop
        self._next: asyncio.Handle = loop.call_later(state.deadlines.sweep_seconds, self._sweep)

    def stop(self) -> None:
        """Stop checking."""
        self._next.cancel()

    def _sweep(self) -> None:
        self._state.report.log(self._loop.time())
        self._check_batch(list(self._state.connections))

    def _check_batch(self, connections: list[Any]) -> None:
        now = self._loop.time()
        for connection in connections[:SWEEP_BATCH]:
            self._check_one(connection, now)
        if rest := connections[SWEEP_BATCH:]:
            self._next = self._loop.call_soon(self._check_batch, rest)
        else:
            self._next = self._loop.call_later(self._state.deadlines.sweep_seconds, self._sweep)

    def _check_one(self, connection: BoundedHttp | BoundedWebSocket, now: float) -> None:
        reason = self._state.deadlines.check(connection.stage_timer, connection.observe(), now)
        if reason is None:
            return
        if reason is not Reason.IDLE:
            self._state.report.add(reason, now)
        connection.end(reason)


def protocol_options(settings: Settings) -> dict[str, Any]:
    """Return the options of uvicorn's configuration for these protocols."""
    return {
        "http": BoundedHttp,
        "ws": BoundedWebSocket,
        "ws_ping_interval": settings.ping_seconds,
        "ws_ping_timeout": settings.ping_seconds,
    }


def warn_of_other_versions(installed: Callable[[str], str] = version) -> None:
    """Log a warning about installed versions that this module was not written for."""
    others = {
        name: installed(name) for name, checked in CHECKED.items() if installed(name) != checked
    }
    if others:
        log.warning("connections were not tested with these versions", **others)


class Configuration(uvicorn.Config):
    """uvicorn's configuration, which also carries the settings to the connections."""

    settings: Settings
