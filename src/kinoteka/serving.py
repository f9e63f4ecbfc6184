"""Serving in one process: uvicorn with what was measured to be fastest, and a friendly first line.

`supervising` serves in several.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
from types import FrameType
from typing import TYPE_CHECKING, cast

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from kinoteka.config import Settings
from kinoteka.core.heap import give_back, share_one_heap
from kinoteka.logs import configure_logging

if TYPE_CHECKING:
    from kinoteka.app import Application

log = structlog.get_logger()

HEAD_LARGEST = 64 * 1024
HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)

STARTED = """Kinoteka serves on {address}

What to try first:
  {address}/movies/?page=1&status=new    the newest films
  {address}/movies/?q=brat               search: any words of a title, in any order
  {address}/selections?limit=3           selections of films
  {address}/docs                         every endpoint, to read and to try
Stop with Ctrl+C.
"""

COLLECTED_AFTER = 10_000
"""Objects made and not let go, after which the garbage collector looks at the new ones."""
GRACEFUL_SECONDS = 10
"""How long requests that are under way may take to finish once the server stops."""
IDLE_SECONDS = 0.2
NEW_SECONDS = 2.0
"""How long a stopping server keeps connections without a request, for one that is on its way:
those that have had requests, and those that have not."""


class State(ServerState):
    """What a server's connections know of it."""

    is_stopping = False


class BoundedHttp(HttpToolsProtocol):
    """HTTP with bounded heads, trailers and framing: by itself uvicorn holds whatever comes.

    While the server stops, a request that had been sent before its client could know is answered,
    with `Connection: close`.
    """

    server_state: State

    _head_size = 0
    """Bytes that have come since the last ones of a body, or since the last whole head."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        if self.server_state.is_stopping:  # it was accepted just before
            self.shutdown()

    def data_received(self, data: bytes) -> None:
        """What the client sends; refused with 431 (RFC 6585) when no head or body comes of it."""
        request = self.cycle
        self._head_size += len(data)
        super().data_received(data)
        if self.cycle is not request:
            self._head_size = 0  # a whole head has come
        elif self._head_size > HEAD_LARGEST and not self.transport.is_closing():
            self.transport.write(HEAD_TOO_LARGE)
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Some of a body."""
        self._head_size = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """A whole head has come."""
        super().on_headers_complete()
        if self.server_state.is_stopping and self._has_request():
            self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        """A WebSocket begins; a stopping server ends it as it has ended the others."""
        super().handle_websocket_upgrade()
        if self.server_state.is_stopping:
            self.loop.call_later(IDLE_SECONDS, self._end_websocket)

    def shutdown(self) -> None:
        """The server stops: the connection closes after its request, or soon without one."""
        if self._has_request():
            super().shutdown()
        else:
            wait = NEW_SECONDS if self.cycle is None else IDLE_SECONDS
            self.loop.call_later(wait, self._leave)

    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _leave(self) -> None:
        is_http_still = self in self.connections
        if is_http_still and not self._has_request() and not self._head_size:
            self.transport.close()

    def _end_websocket(self) -> None:
        if not self.transport.is_closing():
            cast(WebSocketsSansIOProtocol, self.transport.get_protocol()).shutdown()


class Server(uvicorn.Server):
    """Serves until told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state: State = State()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        # What is there now stays, so the collector need not look at it again and again; and
        # requests leave few cycles, so it need not look at what they leave after every ten.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECTED_AFTER, 20, 20)
        give_back()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way finish, for `GRACEFUL_SECONDS` at most."""
        self.server_state.is_stopping = True
        cast("Application", self.config.app).stop()
        await super().shutdown(sockets)


class LoneServer(Server):
    """The only process: tells the address, and obeys its operator's signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._terminal = Terminal()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say where."""
        await super().startup(sockets)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hang_up)
        announce(self.servers[0].sockets[0])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, at once when told again; the exit code is 0."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True

    def _hang_up(self) -> None:
        if self._terminal.is_gone():
            self.should_exit = True
        else:
            log.warning("one worker cannot be reloaded: restart it, or serve with two or more")


class Terminal:
    """The terminal that the server was started from, if any."""

    def __init__(self) -> None:
        self._was_there = os.isatty(0)

    def is_gone(self) -> bool:
        """Whether it has been closed, which also sends SIGHUP."""
        return self._was_there and not os.isatty(0)


def announce(listening: socket.socket) -> None:
    """Say where the server can be reached."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(STARTED.format(address=f"http://{shown}:{port}"))
    sys.stdout.flush()


def configuration(settings: Settings, application: "Application | None") -> uvicorn.Config:
    """How uvicorn serves the application, which a worker gets only in its own process."""
    return uvicorn.Config(
        cast("Application", application),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http=BoundedHttp,
        ws="websockets-sansio",
        lifespan="on",
        access_log=False,
        log_config=None,  # its lines go where ours do
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # the application believes proxies by itself
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,  # messages are short: it costs more than it saves
    )


def serve(settings: Settings) -> int:
    """Serve in this process until stopped; the exit code."""
    from kinoteka.app import Application

    configure_logging(settings)
    share_one_heap()
    server = LoneServer(configuration(settings, Application(settings)))
    server.run()
    return 0 if server.started else 1
