"""Serve in one process, with uvicorn configured as was measured to be fastest.

`workers` serves in several processes.
"""

import asyncio
import gc
import os
import signal
import socket
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, cast

import structlog
import uvicorn

from kinoteka.infrastructure.logging import configure_logging
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import end_tasks
from kinoteka.server.listen_sockets import announce, listening_sockets
from kinoteka.server.stop_deadline import StopDeadline
from kinoteka.server.uvicorn_protocols import (
    Configuration,
    State,
    Sweeper,
    protocol_options,
    warn_of_other_versions,
)

if TYPE_CHECKING:
    from kinoteka.server.app import Application

log = structlog.get_logger()

COLLECTED_AFTER = 10_000
"""Number of new objects after which the garbage collector examines them."""
GRACEFUL_SECONDS = 10
"""How long requests in progress may take to finish when the server stops."""
CANCELLED_SECONDS = 2.0
"""How long cancelled requests may take to end after that."""


class Server(uvicorn.Server):
    """Serves until a signal stops it."""

    server_state: State

    def __init__(self, config: Configuration) -> None:
        super().__init__(config)
        self.server_state = State(config.settings)
        self.stop_deadline = StopDeadline()
        self._sweeper: Sweeper | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        warn_of_other_versions()
        await super().startup(sockets)
        self._sweeper = Sweeper(self.server_state, asyncio.get_running_loop())
        # Existing objects stay, so the collector need never examine them: it was disabled for the
        # start. Requests leave few reference cycles, so it need not run after every ten.
        gc.freeze()
        gc.set_threshold(COLLECTED_AFTER, 20, 20)
        gc.enable()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests in progress finish, for at most `GRACEFUL_SECONDS`."""
        self.stop_deadline.start()
        self.server_state.is_stopping = True
        cast("Application", self.config.app).stop()
        await super().shutdown(sockets)
        # uvicorn does not wait for the requests that it cancels.
        await end_tasks(*self.server_state.tasks, within=CANCELLED_SECONDS)


class SingleServer(Server):
    """The only process: prints its address and handles the operator's signals."""

    def __init__(self, config: Configuration, data: Path) -> None:
        super().__init__(config)
        self._data = data
        self._terminal = Terminal()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then print the addresses."""
        await super().startup(sockets)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hang_up)
        announce(sockets or [], self._data)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second signal ends requests at once. The exit code is 0."""
        del sig, frame
        self.stop_deadline.count_signal()
        self.force_exit = self.should_exit
        self.should_exit = True

    def _hang_up(self) -> None:
        if self._terminal.is_closed():
            self.should_exit = True
        else:
            log.warning(
                "a single worker cannot be reloaded: restart the server, or use two or more workers"
            )


class Terminal:
    """The terminal that the server was started from, if any."""

    def __init__(self) -> None:
        self._was_open = os.isatty(0)

    def is_closed(self) -> bool:
        """Return whether it was closed, which also sends SIGHUP."""
        return self._was_open and not os.isatty(0)


def configuration(settings: Settings, application: "Application | None") -> Configuration:
    """Return uvicorn's configuration. A worker sets the application in its own process."""
    config = Configuration(
        cast("Application", application),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        lifespan="on",
        access_log=False,
        log_config=None,  # uvicorn logs through our own configuration
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # the application handles proxies itself
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,  # messages are short, so compression costs more than it saves
        **protocol_options(settings),
    )
    config.settings = settings
    return config


def serve(settings: Settings) -> int:
    """Serve in this process until stopped. Return the exit code.

    Raises:
        CannotListen: the address or Unix socket cannot be used.
    """
    from kinoteka.server.app import Application

    configure_logging(settings)
    with listening_sockets(settings) as sockets:
        server = SingleServer(configuration(settings, Application(settings)), settings.data)
        server.run(sockets)
    return 0 if server.started else 1
