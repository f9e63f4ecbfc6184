"""The bus between the processes of one machine: a hub on a Unix socket, and its clients.

A frame is its length (four bytes, big-endian) and a MessagePack array of operation, channel and
message. The hub forwards a message unchanged and never waits: it disconnects a client that reads
too slowly. That client reconnects and reports a gap.
"""

import asyncio
import itertools
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import msgspec
import structlog

from kinoteka.infrastructure.tasks import end_tasks
from kinoteka.realtime.connection_bus import BusConnectionLost, BusEvent, ConnectionBus, EventKind

log = structlog.get_logger()

MAX_FRAME_BYTES = 16 * 1024 * 1024
MAX_BUFFERED_BYTES = 8 * 1024 * 1024
"""How many bytes may wait for one client."""
MAX_PATH_BYTES = 100
"""The address of a Unix socket has room for 107 bytes on Linux and 103 elsewhere."""
OWNER_ONLY_UMASK = 0o177
"""The umask under which a file gets mode 0600."""


class Op(IntEnum):
    """The operation of a frame."""

    MESSAGE = 1
    SUBSCRIBE = 2
    UNSUBSCRIBE = 3
    PING = 4


class Frame(msgspec.Struct, array_like=True):
    """A frame; the hub sends SUBSCRIBE and PING frames back as confirmations."""

    op: Op
    channel: str = ""
    message: bytes = b""


def hub_bus(path: Path) -> ConnectionBus:
    """Create a bus that uses the hub at this path."""

    async def connect() -> HubConnection:
        try:
            with _short_address(path) as address:
                streams = await asyncio.open_unix_connection(address)
        except OSError as error:
            raise BusConnectionLost(f"no hub at {path}: {error.strerror}") from None
        return HubConnection(*streams)

    return ConnectionBus(connect)


class HubConnection:
    """A connection to the hub."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ping_numbers = itertools.count(1)
        self._pings: dict[str, asyncio.Future[None]] = {}

    async def receive(self) -> BusEvent:
        """Wait for the next event and return it."""
        try:
            frame = msgspec.msgpack.decode(await _read(self._reader), type=Frame)
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise BusConnectionLost(str(error) or "the hub closed the connection") from None
        if frame.op is Op.SUBSCRIBE:
            return BusEvent(EventKind.SUBSCRIBED, frame.channel)
        if frame.op is Op.MESSAGE:
            return BusEvent(EventKind.MESSAGE, frame.channel, frame.message)
        response = self._pings.pop(frame.channel, None)
        if response is not None and not response.done():
            response.set_result(None)
        return BusEvent(EventKind.ALIVE)

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Subscribe to channels; a SUBSCRIBED event confirms each."""
        await self._send([Frame(Op.SUBSCRIBE, channel) for channel in channels])

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Unsubscribe from channels."""
        await self._send([Frame(Op.UNSUBSCRIBE, channel) for channel in channels])

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send messages; return when the hub has accepted them."""
        frames = [Frame(Op.MESSAGE, channel, message) for channel, message in messages]
        number = str(next(self._ping_numbers))
        taken = self._pings[number] = asyncio.get_running_loop().create_future()
        await self._send([*frames, Frame(Op.PING, number)])
        await taken

    async def ping(self) -> None:
        """Ask the hub to respond."""
        await self._send([Frame(Op.PING)])

    async def close(self) -> None:
        """Close the connection; raise nothing."""
        self._writer.transport.abort()

    async def _send(self, frames: Sequence[Frame]) -> None:
        try:
            self._writer.writelines(map(_encode, frames))
            await self._writer.drain()
        except OSError as error:
            raise BusConnectionLost(str(error)) from None


class Hub:
    """Forwards messages between the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._listening: dict[str, set[asyncio.StreamWriter]] = {}
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self) -> None:
        """Listen; replace the socket that a killed hub left behind."""
        listening = socket.socket(socket.AF_UNIX)
        mask = os.umask(OWNER_ONLY_UMASK)
        try:
            with _short_address(self._path) as address:
                self._path.unlink(missing_ok=True)
                listening.bind(address)
        except OSError:
            listening.close()
            raise
        finally:
            os.umask(mask)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening)

    async def close(self) -> None:
        """Disconnect all clients and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        client_tasks = [task for task in self._clients.values() if task is not None]
        for client in self._clients:
            client.transport.abort()
        await end_tasks(*client_tasks)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        subscribed: set[str] = set()
        try:
            while True:
                data = await _read(reader)
                self._handle(msgspec.msgpack.decode(data, type=Frame), data, writer, subscribed)
        except (OSError, EOFError):
            pass  # the client left or was disconnected
        except msgspec.DecodeError as error:
            log.warning("hub: disconnected a process that sent an invalid frame", error=str(error))
        finally:
            del self._clients[writer]
            for channel in subscribed:
                self._unsubscribe(channel, writer)
            writer.transport.abort()

    def _handle(
        self, frame: Frame, data: bytes, writer: asyncio.StreamWriter, subscribed: set[str]
    ) -> None:
        if frame.op is Op.MESSAGE:
            for listener in tuple(self._listening.get(frame.channel, ())):
                if listener is not writer:
                    _forward(listener, data)
            return
        if frame.op is Op.UNSUBSCRIBE:
            subscribed.discard(frame.channel)
            self._unsubscribe(frame.channel, writer)
            return
        if frame.op is Op.SUBSCRIBE:
            subscribed.add(frame.channel)
            self._listening.setdefault(frame.channel, set()).add(writer)
        _forward(writer, data)

    def _unsubscribe(self, channel: str, writer: asyncio.StreamWriter) -> None:
        listening = self._listening.get(channel)
        if listening is not None:
            listening.discard(writer)
            if not listening:
                del self._listening[channel]


def _forward(client: asyncio.StreamWriter, data: bytes) -> None:
    """Send a frame without waiting; disconnect a client that reads too slowly."""
    if client.transport.get_write_buffer_size() > MAX_BUFFERED_BYTES:
        log.warning("hub: disconnected a process that reads its messages too slowly")
        client.transport.abort()
    else:
        client.write(_frame_bytes(data))


def _encode(frame: Frame) -> bytes:
    return _frame_bytes(msgspec.msgpack.encode(frame))


def _frame_bytes(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Read the content of the next frame.

    Raises:
        EOFError, OSError: the other end closed the connection or sent an invalid frame.
    """
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > MAX_FRAME_BYTES:
        raise OSError("the frame is too large")
    return await reader.readexactly(size)


@contextmanager
def _short_address(path: Path) -> Iterator[str]:
    """Return a path that fits into a socket's address, through its open folder if necessary."""
    if len(os.fsencode(path)) <= MAX_PATH_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
