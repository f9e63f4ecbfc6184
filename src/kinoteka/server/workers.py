"""Serve in several processes: a supervisor starts workers and replaces those that end.

The supervisor binds the address once and accepts no connections itself. Every worker accepts from
the same queue of connections, so none is lost when a worker stops.
"""

import asyncio
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from kinoteka.infrastructure.logging import configure_logging
from kinoteka.infrastructure.settings import METRICS_FOLDER, Settings
from kinoteka.realtime.bus import hub_path
from kinoteka.realtime.local_hub import Hub
from kinoteka.server.listen_sockets import listening_sockets
from kinoteka.server.uvicorn_supervisor import Supervisor

HUB_CLOSE_SECONDS = 2.0


@contextmanager
def run_hub(settings: Settings) -> Iterator[None]:
    """Run the hub that connects the workers in a thread, unless Redis connects them.

    Raises:
        OSError: its socket cannot be created in the data folder.
    """
    if settings.redis_url:
        yield
        return
    loop = asyncio.new_event_loop()
    server = Hub(hub_path(settings))
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever, name="hub", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(TimeoutError):
            closing = asyncio.run_coroutine_threadsafe(server.close(), loop)
            closing.result(HUB_CLOSE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(HUB_CLOSE_SECONDS)
        if not thread.is_alive():
            loop.close()


def serve(settings: Settings, load_settings: Callable[[], Settings]) -> int:
    """Serve in several processes until stopped. Return the exit code.

    Raises:
        CannotListen: the address or Unix socket cannot be used.
    """
    configure_logging(settings)
    with (
        listening_sockets(settings) as sockets,
        run_hub(settings),
        tempfile.TemporaryDirectory(prefix="kinoteka-") as folder,
    ):
        os.environ[METRICS_FOLDER] = folder  # which every worker inherits
        supervisor = Supervisor(settings, load_settings, sockets)
        supervisor.run()
    return 1 if supervisor.has_failed else 0
