"""The bus between the processes of one machine: a hub on a Unix socket, and its clients.

A frame is the length of what follows (four bytes, big-endian) and a MessagePack array of what
to do, the channel, and the message. The hub passes a message on as it came, and waits for
nobody: who takes its frames too slowly is cut off, connects again, and knows of the gap.
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
from kinoteka.realtime.connection_bus import Heard, LineBroken, LineBus, Said

log = structlog.get_logger()

FRAME_LARGEST = 16 * 1024 * 1024
WAITING_LARGEST = 8 * 1024 * 1024
"""So many bytes may wait for a process to take them."""
PATH_LONGEST = 100
"""A socket's address holds 107 bytes on Linux, 103 elsewhere."""
ONLY_OURS = 0o177
"""What a umask takes away so that a file is its owner's alone, mode 0600."""


class Op(IntEnum):
    """What a frame is for."""

    MESSAGE = 1
    SUBSCRIBE = 2
    UNSUBSCRIBE = 3
    PING = 4


class Frame(msgspec.Struct, array_like=True):
    """What is sent; the hub answers SUBSCRIBE and PING with the same frame."""

    op: Op
    channel: str = ""
    message: bytes = b""


def socket_bus(path: Path) -> LineBus:
    """A bus through the hub at this path."""

    async def connect() -> SocketLine:
        try:
            with _short(path) as address:
                streams = await asyncio.open_unix_connection(address)
        except OSError as error:
            raise LineBroken(f"no hub at {path}: {error.strerror}") from None
        return SocketLine(*streams)

    return LineBus(connect)


class SocketLine:
    """A connection to the hub."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._answers: dict[str, asyncio.Future[None]] = {}

    async def receive(self) -> Heard:
        """The next thing that comes; waits for it."""
        try:
            frame = msgspec.msgpack.decode(await _read(self._reader), type=Frame)
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise LineBroken(str(error) or "the hub has gone") from None
        if frame.op is Op.SUBSCRIBE:
            return Heard(Said.SUBSCRIBED, frame.channel)
        if frame.op is Op.MESSAGE:
            return Heard(Said.MESSAGE, frame.channel, frame.message)
        response = self._answers.pop(frame.channel, None)
        if response is not None and not response.done():
            response.set_result(None)
        return Heard(Said.ALIVE)

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Ask for channels; each is confirmed by SUBSCRIBED."""
        await self._send([Frame(Op.SUBSCRIBE, channel) for channel in channels])

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Ask for channels no longer."""
        await self._send([Frame(Op.UNSUBSCRIBE, channel) for channel in channels])

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Have messages passed on; returns when the hub has taken them."""
        frames = [Frame(Op.MESSAGE, channel, message) for channel, message in messages]
        number = str(next(self._numbers))
        taken = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._send([*frames, Frame(Op.PING, number)])
        await taken

    async def ping(self) -> None:
        """Ask for a sign of life."""
        await self._send([Frame(Op.PING)])

    async def close(self) -> None:
        """Let go; raises nothing."""
        self._writer.transport.abort()

    async def _send(self, frames: Sequence[Frame]) -> None:
        try:
            self._writer.writelines(map(_encoded, frames))
            await self._writer.drain()
        except OSError as error:
            raise LineBroken(str(error)) from None


class Hub:
    """Passes messages on between the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._listening: dict[str, set[asyncio.StreamWriter]] = {}
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self) -> None:
        """Listen, in the place of a hub that has ended without a word."""
        listening = socket.socket(socket.AF_UNIX)
        mask = os.umask(ONLY_OURS)
        try:
            with _short(self._path) as address:
                self._path.unlink(missing_ok=True)
                listening.bind(address)
        except OSError:
            listening.close()
            raise
        finally:
            os.umask(mask)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening)

    async def close(self) -> None:
        """Cut everybody off and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        serving = [task for task in self._clients.values() if task is not None]
        for client in self._clients:
            client.transport.abort()
        await end_tasks(*serving)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        subscribed: set[str] = set()
        try:
            while True:
                data = await _read(reader)
                self._take(msgspec.msgpack.decode(data, type=Frame), data, writer, subscribed)
        except (OSError, EOFError):
            pass  # it has gone, or has been cut off
        except msgspec.DecodeError as error:
            log.warning("hub: a process is cut off that sends what is no frame", error=str(error))
        finally:
            del self._clients[writer]
            for channel in subscribed:
                self._forget(channel, writer)
            writer.transport.abort()

    def _take(
        self, frame: Frame, data: bytes, writer: asyncio.StreamWriter, subscribed: set[str]
    ) -> None:
        if frame.op is Op.MESSAGE:
            for listener in tuple(self._listening.get(frame.channel, ())):
                if listener is not writer:
                    _pass(listener, data)
            return
        if frame.op is Op.UNSUBSCRIBE:
            subscribed.discard(frame.channel)
            self._forget(frame.channel, writer)
            return
        if frame.op is Op.SUBSCRIBE:
            subscribed.add(frame.channel)
            self._listening.setdefault(frame.channel, set()).add(writer)
        _pass(writer, data)

    def _forget(self, channel: str, writer: asyncio.StreamWriter) -> None:
        listening = self._listening.get(channel)
        if listening is not None:
            listening.discard(writer)
            if not listening:
                del self._listening[channel]


def _pass(client: asyncio.StreamWriter, data: bytes) -> None:
    """Send a frame without waiting; a process that takes too little is cut off."""
    if client.transport.get_write_buffer_size() > WAITING_LARGEST:
        log.warning("hub: a process is cut off that takes its messages too slowly")
        client.transport.abort()
    else:
        client.write(_with_length(data))


def _encoded(frame: Frame) -> bytes:
    return _with_length(msgspec.msgpack.encode(frame))


def _with_length(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


async def _read(reader: asyncio.StreamReader) -> bytes:
    """What the next frame holds.

    Raises:
        EOFError, OSError: the other end has gone, or sends what is no frame.
    """
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > FRAME_LARGEST:
        raise OSError("a frame that is too large")
    return await reader.readexactly(size)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """The path as it fits into a socket's address, which is short: by way of its open folder."""
    if len(os.fsencode(path)) <= PATH_LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
