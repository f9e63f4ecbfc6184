"""A line between a client and a server, which can be cut and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class TCPProxy:
    """Passes bytes on, both ways; while it is cut, nobody gets through."""

    def __init__(self, url: str) -> None:
        self.url = ""
        self._there = urlsplit(url)
        self._under_way: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    async def mend(self) -> None:
        """Let connections through, at the same address as before."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def cut(self) -> None:
        """End all connections, and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        there, back = await asyncio.open_connection(self._there.hostname, self._there.port)
        try:
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._under_way.discard(task)
            for each in (writer, back):
                each.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    with suppress(OSError):
        writer.write_eof()


@asynccontextmanager
async def tcp_proxy(url: str) -> AsyncIterator[TCPProxy]:
    """A line to a server, mended; cut at the end."""
    line = TCPProxy(url)
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()
