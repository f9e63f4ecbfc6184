"""The bus: what processes tell each other, at once and without keeping it.

A message goes to every other process that has subscribed to its channel. Nothing that travels
here may be needed: whoever publishes never waits, a message that cannot be passed on is lost,
and listeners are told that something may have been missed (a *gap*). What matters is in the
database, and is read again from there.

Channels are called `topic:rest`; listeners hear the channels of one topic.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

HUB = "hub.sock"

OnMessage = Callable[[str, bytes], None]
"""Told of a message: its channel, and what it says."""

OnGap = Callable[[str | None], None]
"""Told that messages may have been missed: on one channel, or (None) on all."""


class Bus(Protocol):
    """Channels by name, between the processes of one installation."""

    @property
    def is_connected(self) -> bool:
        """Whether messages go out and come in."""

    def publish(self, channel: str, message: bytes) -> None:
        """Tell all other processes, without waiting; lost while the bus is away."""

    async def subscribe(self, channel: str) -> None:
        """Hear a channel from now on, through any reconnection.

        Returns when that is certain; or at once while the bus is away, and after a moment
        when it is slow: a gap is told then as soon as it is certain.
        """

    def unsubscribe(self, channel: str) -> None:
        """Hear a channel no longer."""

    def on_message(self, topic: str, listener: OnMessage) -> None:
        """Call `listener` with messages of other processes on channels of this topic."""

    def on_gap(self, listener: OnGap) -> None:
        """Call `listener` when messages may have been missed and all is well again."""

    async def start(self) -> None:
        """Connect; without success in a moment, go on trying in the background."""

    async def close(self) -> None:
        """Send what waits, and disconnect."""


class NoBus:
    """The bus of a process that is alone."""

    is_connected = False

    def publish(self, channel: str, message: bytes) -> None:
        """There is nobody to tell."""

    async def subscribe(self, channel: str) -> None:
        """There is nobody to hear."""

    def unsubscribe(self, channel: str) -> None:
        """There is nobody to hear."""

    def on_message(self, topic: str, listener: OnMessage) -> None:
        """Nothing ever comes."""

    def on_gap(self, listener: OnGap) -> None:
        """Nothing is ever missed."""

    async def start(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""


def hub_path(settings: Settings) -> Path:
    """Where the processes of one machine meet."""
    return settings.data / HUB


def installation(settings: Settings, keyring: Keyring) -> str:
    """What tells this installation's messages from those of others on the same server.

    It follows from the secret key, which all processes of one installation have in common.
    """
    number = settings.redis_url.rpartition("/")[2]
    return keyring.mac("installation", number)[:16]


def open_bus(settings: Settings, keyring: Keyring) -> Bus:
    """The bus that the settings ask for, not yet started.

    Redis where there is one; else, for several workers, the hub on this machine; else none.
    """
    # Imported when needed: a process that is alone does without their memory.
    if settings.redis_url:
        from kinoteka.realtime.redis_bus import redis_bus

        return redis_bus(settings.redis_url, installation(settings, keyring))
    if settings.workers > 1:
        from kinoteka.realtime.local_hub import socket_bus

        return socket_bus(hub_path(settings))
    return NoBus()
