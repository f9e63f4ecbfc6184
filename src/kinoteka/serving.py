"""Running the server: uvicorn with what was measured to be fastest, and a friendly first line."""

import gc
import socket
import sys

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kinoteka.app import Application
from kinoteka.config import Settings
from kinoteka.core.heap import give_back, share_one_heap
from kinoteka.logs import configure_logging

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


class BoundedHttp(HttpToolsProtocol):
    """HTTP with bounded heads, trailers and framing: by itself uvicorn holds whatever comes."""

    _head_size = 0
    """Bytes that have come since the last ones of a body, or since the last whole head."""

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


class AnnouncingServer(uvicorn.Server):
    """Tells the address once it can be used."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say where."""
        await super().startup(sockets)
        if self.started and self.servers:
            # What is there now stays, so the collector need not look at it again and again; and
            # requests leave few cycles, so it need not look at what they leave after every ten.
            gc.collect()
            gc.freeze()
            gc.set_threshold(COLLECTED_AFTER, 20, 20)
            give_back()
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            sys.stdout.write(STARTED.format(address=f"http://{shown}:{port}"))
            sys.stdout.flush()


def serve(settings: Settings) -> int:
    """Serve until stopped; the exit code."""
    configure_logging(settings)
    share_one_heap()
    server = AnnouncingServer(
        uvicorn.Config(
            Application(settings),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http=BoundedHttp,
            ws="websockets-sansio",
            lifespan="on",
            access_log=False,
            log_config=None,  # its lines go where ours do
            log_level="warning",
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
            timeout_graceful_shutdown=10,
            ws_max_size=64 * 1024,
            ws_per_message_deflate=False,  # messages are short: it costs more than it saves
        )
    )
    server.run()
    return 0 if server.started else 1
