"""Which bus the settings choose, and the one that goes nowhere."""

import pytest

from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.bus import NoBus, installation, open_bus
from kinoteka.realtime.connection_bus import LineBus

KEYRING = Keyring(b"secret")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (Settings(), NoBus),
        (Settings(workers=2), LineBus),
        (Settings(workers=2, database_url="postgresql://localhost/kinoteka"), LineBus),
        (Settings(redis_url="redis://localhost"), LineBus),
    ],
)
async def test_one_process_alone_needs_none(settings, kind):
    assert type(open_bus(settings, KEYRING)) is kind


async def test_no_bus_takes_everything_and_gives_nothing():
    bus = NoBus()
    await bus.start()
    await bus.subscribe("chat:1")
    bus.publish("chat:1", b"")
    bus.unsubscribe("chat:1")
    await bus.close()
    assert not bus.is_connected


def test_an_installation_is_known_by_its_key_and_its_database():
    one = Settings(redis_url="redis://localhost/1")
    other = Settings(redis_url="redis://localhost/2")
    names = {installation(one, KEYRING), installation(other, KEYRING)}
    names.add(installation(one, Keyring(b"another")))
    assert len(names) == 3
    assert installation(one, Keyring(b"secret")) in names
