"""Which bus the settings choose, and the bus of a single process."""

import pytest

from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.bus import NoBus, installation, open_bus
from kinoteka.realtime.connection_bus import ConnectionBus

KEYRING = Keyring(b"secret")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (Settings(), NoBus),
        (Settings(workers=2), ConnectionBus),
        (Settings(workers=2, database_url="postgresql://localhost/kinoteka"), ConnectionBus),
        (Settings(redis_url="redis://localhost"), ConnectionBus),
    ],
)
async def test_settings_choose_the_bus(settings, kind):
    assert type(open_bus(settings, KEYRING)) is kind


async def test_no_bus_accepts_and_discards_messages():
    bus = NoBus()
    await bus.start()
    await bus.subscribe("chat:1")
    bus.publish("chat:1", b"")
    bus.unsubscribe("chat:1")
    await bus.close()
    assert not bus.is_connected


def test_installation_prefix_depends_on_secret_key_and_database_number():
    one = Settings(redis_url="redis://localhost/1")
    other = Settings(redis_url="redis://localhost/2")
    names = {installation(one, KEYRING), installation(other, KEYRING)}
    names.add(installation(one, Keyring(b"another")))
    assert len(names) == 3
    assert installation(one, Keyring(b"secret")) in names
