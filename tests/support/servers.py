"""A real server in a separate process, and clients for it."""

import asyncio
import itertools
import os
import re
import signal
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx

from kinoteka.cli.superuser import create_superuser
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import database_environment
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.quick_hashes import quick_hashes

PASSWORD = "correct horse battery"

# Without this, a client loads all certificates, which takes 30 ms, even for a server without TLS.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_numbers = itertools.count(1)
_open_clients: list[httpx.Client] = []


def unique_name(prefix: str = "person") -> str:
    """Return a name that no other test uses."""
    return f"{prefix}-{os.getpid()}-{next(_numbers)}"


@contextmanager
def keep_clients_open() -> Iterator[Callable[[], None]]:
    """Yield a function that keeps the clients created so far open until the end of the block.

    For fixtures of whole modules: other clients are closed after each test.
    """
    clients: list[httpx.Client] = []

    def keep_open() -> None:
        clients.extend(_open_clients)
        _open_clients.clear()

    try:
        yield keep_open
    finally:
        for client in clients:
            client.close()


def close_clients() -> None:
    """Close every client that is still open."""
    while _open_clients:
        _open_clients.pop().close()


class RunningServer:
    """A running server at `url` with these settings."""

    def __init__(self, url: str, settings: Settings, process: ForkedCommand) -> None:
        self.url = url
        self.settings = settings
        self.data = settings.data
        self.process = process

    def client(self, **headers: str) -> httpx.Client:
        """Return a client with its own cookie jar."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = httpx.Client(base_url=self.url, headers=named, timeout=TIMEOUT, verify=NO_TLS)
        _open_clients.append(client)
        return client

    def signed_up(self, login: str | None = None) -> httpx.Client:
        """Create an account with the password `PASSWORD`. Return a client signed in by cookie."""
        client = self.client()
        login = login or unique_name()
        body = {"login": login, "password": PASSWORD, "email": f"{login}@example.com"}
        response = client.post("/signup", json=body)
        assert response.status_code == 200, response.text
        return client

    def make_superuser(self, login: str) -> None:
        """Create a superuser with the password `PASSWORD`, like `kinoteka createsuperuser`."""
        with quick_hashes(), ThreadPoolExecutor(1) as thread:  # a thread without an event loop
            operation = create_superuser(self.settings, login, PASSWORD)
            thread.submit(asyncio.run, operation).result()

    def command(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a `kinoteka` command on the server's data."""
        environment |= database_environment(self.settings)
        return run_kinoteka(*arguments, "--data", str(self.data), **environment)


def run_kinoteka(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command `kinoteka`, forked from a process that has imported it."""
    return run_forked(arguments, environment)


def run_forked(
    arguments: Sequence[str], environment: Mapping[str, str], **options: Any
) -> "subprocess.CompletedProcess[str]":
    """Run the command `kinoteka` with these options of `ForkedCommand`."""
    with TemporaryFile("w+") as error:
        given = clean_environment(environment)
        process = ForkedCommand(arguments, given, error.fileno(), **options)
        stopping = threading.Timer(TIMEOUT, process.kill)
        stopping.start()
        with process.stdout as output:
            shown = output.read()
        stopping.cancel()
        code = process.wait(TIMEOUT)
        error.seek(0)
        return subprocess.CompletedProcess(arguments, code, shown, error.read())


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without its own settings, and with these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KINOTEKA_")}
    return kept | dict(settings)


def _first_line(process: ForkedCommand) -> str:
    """Return the first line of output. Abort a process that prints nothing, with a traceback."""
    waiting = threading.Timer(TIMEOUT, process.send_signal, [signal.SIGABRT])
    waiting.start()
    try:
        return process.stdout.readline()
    finally:
        waiting.cancel()


@contextmanager
def run_server(
    data: Path, settings: Mapping[str, str], *options: str, **environment: str
) -> Iterator[RunningServer]:
    """Start `kinoteka serve` on a free port with an empty catalogue; stop it at the end."""
    environment |= {f"KINOTEKA_{name.upper()}": value for name, value in settings.items()}
    process = ForkedCommand(
        ("serve", "--port", "0", "--data", str(data), *(options or ("--no-demo",))),
        clean_environment({"PYTHONFAULTHANDLER": "1", **environment}),
    )
    try:
        line = _first_line(process)
        found = re.search(r"http://\S+", line)
        assert found, f"the server did not start: {line!r}"
        yield RunningServer(found.group(), config.load(environment, data=data), process)
    finally:
        process.terminate()
        process.wait(TIMEOUT)
        process.stdout.close()
