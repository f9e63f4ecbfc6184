"""What is particular to the bus through the hub on this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinoteka.realtime import local_hub as module
from kinoteka.realtime.local_hub import Hub, socket_bus
from tests.support.waiting import PATIENCE, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.sock"


@pytest.fixture
async def hub(path: Path) -> AsyncIterator[Hub]:
    hub = Hub(path)
    await hub.start()
    yield hub
    await hub.close()


async def test_the_socket_is_its_owners_alone_and_goes_with_the_hub(hub, path):
    assert path.stat().st_mode & 0o777 == 0o600
    await hub.close()
    assert not path.exists()


async def test_a_hub_takes_the_place_of_one_that_was_killed(path):
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    hub, bus = Hub(path), socket_bus(path)
    await hub.start()
    await bus.start()
    assert bus.is_connected
    await bus.close()
    await hub.close()


async def test_a_path_that_is_too_long_for_an_address_will_do(tmp_path):
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    hub, bus = Hub(folder / "hub.sock"), socket_bus(folder / "hub.sock")
    await hub.start()
    await bus.start()
    assert bus.is_connected
    await bus.close()
    await hub.close()


async def test_who_takes_too_little_is_cut_off_and_the_rest_go_on(hub, path, monkeypatch):
    monkeypatch.setattr(module, "WAITING_LARGEST", 1024 * 1024)
    one, quick, heard = socket_bus(path), socket_bus(path), []
    quick.on_message("chat", lambda channel, message: heard.append(len(message)))
    for bus in (one, quick):
        await bus.start()
    await quick.subscribe("chat:1")
    reader, writer = await asyncio.open_unix_connection(path)
    subscribe = module.Frame(module.Op.SUBSCRIBE, "chat:1")
    writer.write(module._encoded(subscribe))
    await reader.readexactly(4)  # it is heard; and it takes nothing more
    writer.transport.pause_reading()
    for _ in range(40):
        one.publish("chat:1", bytes(100_000))
        await until(lambda: not one._orders)
    await until(lambda: len(heard) == 40)
    writer.transport.resume_reading()
    with pytest.raises((OSError, EOFError)):
        while True:
            await asyncio.wait_for(reader.readexactly(1024), PATIENCE)
    writer.close()
    for bus in (one, quick):
        await bus.close()


@pytest.mark.parametrize(
    "rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", b"\x00\x00\x00\x01\xc1"]
)
async def test_who_sends_what_is_no_frame_is_cut_off(hub, path, rubbish):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(rubbish)
    writer.write(bytes(100))
    assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
    writer.close()
