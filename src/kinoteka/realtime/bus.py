"""The bus: messages between the processes of one installation, without storage.

A message goes to every other process that subscribes to its channel. Publishing never waits. A
message that cannot be forwarded is lost, and listeners learn that messages may be missing (a
*gap*). So nothing may depend on a message: everything that matters is in the database, and
listeners read it again after a gap.

Channels are named `topic:rest`. A listener receives the channels of one topic.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

HUB = "hub.sock"

OnMessage = Callable[[str, bytes], None]
"""Receives the channel and the content of a message."""

OnGap = Callable[[str | None], None]
"""Called when messages may be missing on one channel or (None) on all channels."""


class Bus(Protocol):
    """Publish and subscribe between the processes of one installation."""

    @property
    def is_connected(self) -> bool:
        """Return whether messages can be sent and received."""

    def publish(self, channel: str, message: bytes) -> None:
        """Send a message to all other processes without waiting; it is lost while disconnected."""

    async def subscribe(self, channel: str) -> None:
        """Subscribe to a channel; the subscription survives reconnections.

        Returns when the subscription is confirmed. Returns at once while the bus is disconnected,
        and after `SUBSCRIBE_WAIT_SECONDS` when it is slow; then a gap is reported as soon as the
        subscription is confirmed.
        """

    def unsubscribe(self, channel: str) -> None:
        """Unsubscribe from a channel."""

    def on_message(self, topic: str, listener: OnMessage) -> None:
        """Call `listener` with messages of other processes on channels of this topic."""

    def on_gap(self, listener: OnGap) -> None:
        """Call `listener` once the bus works again after messages may have been lost."""

    async def start(self) -> None:
        """Connect; if that does not succeed quickly, keep trying in the background."""

    async def close(self) -> None:
        """Send the waiting messages and disconnect."""


class NoBus:
    """The bus of a single process: it has no one to send to."""

    is_connected = False

    def publish(self, channel: str, message: bytes) -> None:
        """Do nothing: there is no other process."""

    async def subscribe(self, channel: str) -> None:
        """Do nothing: there is no other process."""

    def unsubscribe(self, channel: str) -> None:
        """Do nothing: there is no other process."""

    def on_message(self, topic: str, listener: OnMessage) -> None:
        """Do nothing: no message arrives."""

    def on_gap(self, listener: OnGap) -> None:
        """Do nothing: no message can be missing."""

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


def hub_path(settings: Settings) -> Path:
    """Return the path of the hub's Unix socket."""
    return settings.data / HUB


def installation(settings: Settings, keyring: Keyring) -> str:
    """Return the prefix that separates this installation from others on the same server.

    It is derived from the secret key, which all processes of one installation share.
    """
    number = settings.redis_url.rpartition("/")[2]
    return keyring.mac("installation", number)[:16]


def open_bus(settings: Settings, keyring: Keyring) -> Bus:
    """Create the bus that the settings choose, without starting it.

    Use Redis if it is configured, otherwise the local hub for several workers, otherwise no bus.
    """
    # Import on demand: a single process needs neither module in memory.
    if settings.redis_url:
        from kinoteka.realtime.redis_bus import redis_bus

        return redis_bus(settings.redis_url, installation(settings, keyring))
    if settings.workers > 1:
        from kinoteka.realtime.local_hub import hub_bus

        return hub_bus(hub_path(settings))
    return NoBus()
