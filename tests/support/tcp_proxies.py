"""A TCP proxy between a client and a server that tests can close and open again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class TCPProxy:
    """Forwards bytes in both directions while it is open."""

    def __init__(self, url: str) -> None:
        self.url = ""
        self._target = urlsplit(url)
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    async def open(self) -> None:
        """Accept connections, at the same address as before."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def close(self) -> None:
        """Close all connections and reject new ones."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        from_server, to_server = await asyncio.open_connection(
            self._target.hostname, self._target.port
        )
        try:
            await asyncio.gather(_forward(reader, to_server), _forward(from_server, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            for each in (writer, to_server):
                each.transport.abort()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    with suppress(OSError):
        writer.write_eof()


@asynccontextmanager
async def tcp_proxy(url: str) -> AsyncIterator[TCPProxy]:
    """Run an open proxy to a server; close it at the end."""
    proxy = TCPProxy(url)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.close()
