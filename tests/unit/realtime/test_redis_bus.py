"""The bus through Redis: behaviour that the local hub does not have."""

import asyncio
from collections.abc import Iterator

import pytest
from redis.exceptions import RedisError

from kinoteka.database.inspection import inspect_redis
from kinoteka.realtime import connection_bus as line_bus
from kinoteka.realtime.rate_windows import Counter
from kinoteka.realtime.redis_bus import redis_bus, redis_pool
from kinoteka.realtime.redis_rate_windows import RedisWindows
from tests.support.polling import wait_until
from tests.support.redis_servers import RedisServer, documented_rights, redis_server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


async def test_installations_on_one_server_are_separate(redis):
    event = []
    buses = [redis_bus(redis.url, name) for name in ("one", "one", "other")]
    for bus in buses:
        await bus.start()
        await bus.subscribe("chat:1")
    buses[0].on_message("chat", lambda channel, message: event.append(message))
    buses[2].publish("chat:1", b"of the other")
    await asyncio.sleep(0.05)
    buses[1].publish("chat:1", b"of the same")
    await wait_until(lambda: event)
    assert event == [b"of the same"]
    for bus in buses:
        await bus.close()


async def test_bus_disconnects_while_the_server_hangs(redis, monkeypatch):
    monkeypatch.setattr(line_bus, "PING_SECONDS", 0.1)
    monkeypatch.setattr(line_bus, "MAX_SILENCE_SECONDS", 0.5)
    event: list[bytes] = []
    gaps: list[object] = []
    one, other = redis_bus(redis.url, "name"), redis_bus(redis.url, "name")
    other.on_message("chat", lambda channel, message: event.append(message))
    other.on_gap(gaps.append)
    for bus in (one, other):
        await bus.start()
    await other.subscribe("chat:1")
    gaps.clear()
    redis.freeze()
    one.publish("chat:1", b"into the void")
    await wait_until(lambda: not one.is_connected and not other.is_connected)
    monkeypatch.undo()  # a machine that is busy must not pass for one that hangs
    redis.thaw()
    await wait_until(lambda: one.is_connected and other.is_connected)
    assert None in gaps

    def is_heard():  # a connection from before may still be given up
        one.publish("chat:1", b"back")
        return b"back" in event

    await wait_until(is_heard)
    for bus in (one, other):
        await bus.close()


async def test_slow_subscription_returns_early_and_reports_a_gap_when_confirmed(redis):
    bus = redis_bus(redis.url, "name")
    gaps: list[object] = []
    bus.on_gap(gaps.append)
    await bus.start()
    gaps.clear()
    redis.freeze()
    started = asyncio.get_running_loop().time()
    await bus.subscribe("chat:1")  # waits for a moment
    first = asyncio.get_running_loop().time()
    for number in range(2, 50):
        await bus.subscribe(f"chat:{number}")  # waits no more
    redis.thaw()
    assert first - started >= line_bus.SUBSCRIBE_WAIT_SECONDS * 0.9
    assert asyncio.get_running_loop().time() - first < line_bus.SUBSCRIBE_WAIT_SECONDS * 48
    await wait_until(lambda: None in gaps or len(gaps) == 49)
    await bus.close()


async def test_server_that_rejects_the_client_counts_as_disconnected(redis):
    redis.ask("ACL", "SETUSER", "default", "resetchannels", "&other:*")
    bus = redis_bus(redis.url, "name")
    await bus.start()
    assert not bus.is_connected
    redis.ask("ACL", "SETUSER", "default", "resetchannels", "&kinoteka:*")
    await wait_until(lambda: bus.is_connected)
    await bus.close()


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("redis://localhost:6379/2", False),
        ("rediss://localhost:6379/2", True),
        ("valkey://localhost:6379/2", False),
        ("valkeys://localhost:6379/2", True),
    ],
)
def test_valkey_urls_become_redis_urls(url, tls):
    pool = redis_pool(url, 1)
    assert (pool.connection_class.__name__ == "SSLConnection") == tls
    assert (pool.connection_kwargs["host"], pool.connection_kwargs["db"]) == ("localhost", 2)


async def test_documented_permissions_are_sufficient(redis, patient_windows):
    redis.ask("ACL", "SETUSER", *documented_rights())
    url = f"{redis.url.replace('unix://', 'unix://kinoteka:password@')}?db=2"
    bus, windows = redis_bus(url, "name"), RedisWindows(url, "name", max_counters=1)
    await bus.start()
    await bus.subscribe("chat:1")
    bus.unsubscribe("chat:1")
    counter = Counter("search", "a", 1, 60)
    assert await windows.acquire(counter) == 0
    assert await windows.acquire(counter)
    await windows.release(counter)
    assert await windows.acquire(counter._replace(key="b")) == 0
    assert await windows.acquire(counter) == 0
    assert not windows.is_away
    assert bus.is_connected
    for each in (bus, windows):
        await each.close()


@pytest.mark.parametrize("scheme", ["rediss", "valkeys"])
async def test_documented_settings_for_tls_and_a_password_work(redis, scheme, patient_windows):
    redis.stop()
    url = redis.start_securely().replace("rediss", scheme)
    one, other, windows = redis_bus(url, "name"), redis_bus(url, "name"), RedisWindows(url, "name")
    event = []
    other.on_message("chat", lambda channel, message: event.append(message))
    for bus in (one, other):
        await bus.start()
        await wait_until(lambda bus: bus.is_connected, bus)
    await other.subscribe("chat:1")
    one.publish("chat:1", b"message")
    await wait_until(lambda: event == [b"message"])
    assert await windows.acquire(Counter("search", "a", 1, 60)) == 0
    assert not windows.is_away
    assert inspect_redis(url) is None  # it may not ask for more
    for each in (one, other, windows):
        await each.close()


@pytest.mark.parametrize(
    "changes",
    [
        [("password@", "wrong@")],
        [("rediss:", "redis:"), ("?ssl_ca_certs=", "?client_name=")],
        [("rediss:", "redis:")],
        [("?ssl_ca_certs=", "?client_name=")],
    ],
    ids=["wrong password", "no TLS", "an authority without TLS", "unknown authority"],
)
def test_secure_server_rejects_other_clients(redis, changes):
    redis.stop()
    url = redis.start_securely()
    for change in changes:
        url = url.replace(*change)
    with pytest.raises((RedisError, OSError, ValueError)):
        inspect_redis(url)
