"""The local hub: behaviour that the bus through Redis does not have."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinoteka.realtime import local_hub as module
from kinoteka.realtime.local_hub import Hub, hub_bus
from tests.support.polling import TIMEOUT, wait_until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.sock"


@pytest.fixture
async def hub(path: Path) -> AsyncIterator[Hub]:
    hub = Hub(path)
    await hub.start()
    yield hub
    await hub.close()


async def test_socket_is_private_and_removed_on_close(hub, path):
    assert path.stat().st_mode & 0o777 == 0o600
    await hub.close()
    assert not path.exists()


async def test_new_hub_replaces_the_socket_of_a_killed_hub(path):
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    hub, bus = Hub(path), hub_bus(path)
    await hub.start()
    await bus.start()
    assert bus.is_connected
    await bus.close()
    await hub.close()


async def test_path_longer_than_a_socket_address_works(tmp_path):
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    hub, bus = Hub(folder / "hub.sock"), hub_bus(folder / "hub.sock")
    await hub.start()
    await bus.start()
    assert bus.is_connected
    await bus.close()
    await hub.close()


async def test_slow_reader_is_disconnected_while_others_continue(hub, path, monkeypatch):
    monkeypatch.setattr(module, "MAX_BUFFERED_BYTES", 1024 * 1024)
    one, quick, event = hub_bus(path), hub_bus(path), []
    quick.on_message("chat", lambda channel, message: event.append(len(message)))
    for bus in (one, quick):
        await bus.start()
    await quick.subscribe("chat:1")
    reader, writer = await asyncio.open_unix_connection(path)
    subscribe = module.Frame(module.Op.SUBSCRIBE, "chat:1")
    writer.write(module._encode(subscribe))
    await reader.readexactly(4)  # it is heard; and it takes nothing more
    assert isinstance(writer.transport, asyncio.Transport)
    writer.transport.pause_reading()
    for _ in range(40):
        one.publish("chat:1", bytes(100_000))
        await wait_until(lambda: not one._commands)
    await wait_until(lambda: len(event) == 40)
    writer.transport.resume_reading()
    with pytest.raises((OSError, EOFError)):
        while True:
            await asyncio.wait_for(reader.readexactly(1024), TIMEOUT)
    writer.close()
    for bus in (one, quick):
        await bus.close()


@pytest.mark.parametrize(
    "rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", b"\x00\x00\x00\x01\xc1"]
)
async def test_client_that_sends_an_invalid_frame_is_disconnected(hub, path, rubbish):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(rubbish)
    writer.write(bytes(100))
    assert await asyncio.wait_for(reader.read(), TIMEOUT) == b""
    writer.close()
