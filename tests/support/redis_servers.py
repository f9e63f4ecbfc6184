"""A real Redis server in a temporary folder that can be stopped, frozen and restarted."""

import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.certificates import write_certificate
from tests.support.polling import TIMEOUT, eventually
from tests.support.ports import free_port


class RedisServer:
    """A server on a Unix socket in its own folder, without persistence."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return its address for the settings."""
        return f"unix://{self._socket}"

    def start(self, *options: str) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--port", "0", "--unixsocket", str(self._socket)]
        command += ["--save", "", "--dir", str(self._folder), "--logfile", "log", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._answers)

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(TIMEOUT)
            self._process = None

    def start_securely(self) -> str:
        """Start it with the documented settings for TLS and a password. Return the address."""
        port = free_port()
        write_certificate(self._folder / "cache.crt", self._folder / "cache.key", "cache.internal")
        (self._folder / "users.acl").write_text(
            f"user {' '.join(documented_rights())}\nuser default off\n"
        )
        lines = documented_settings().replace("/etc/kinoteka", str(self._folder))
        (self._folder / "conf").write_text(lines.replace("tls-port 6379", f"tls-port {port}"))
        command = ["redis-server", str(self._folder / "conf"), "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(lambda: _takes_connections(port))
        authority = self._folder / "cache.crt"
        return f"rediss://kinoteka:password@127.0.0.1:{port}/0?ssl_ca_certs={authority}"

    def freeze(self) -> None:
        """Let it accept connections but not answer, like a hanging machine."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it continue."""
        self._signal(signal.SIGCONT)

    def ask(self, *command: str) -> str:
        """Run a command and return its reply."""
        arguments = ["redis-cli", "-s", str(self._socket), *command]
        return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.strip()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return bool(client.recv(100))
            except OSError:
                return False


def documented_rights() -> list[str]:
    """Return the user and its permissions from the documentation."""
    found = re.search(r"^user (kinoteka on >password .*)$", _page(), re.MULTILINE)
    assert found
    return found.group(1).split()


def documented_settings() -> str:
    """Return the lines of redis.conf from the documentation."""
    found = re.search(r"^port 0\n(?:[a-z].*\n)+", _page(), re.MULTILINE)
    assert found
    return found.group()


def _page() -> str:
    return (Path(__file__).parents[2] / "docs" / "redis.md").read_text(encoding="utf-8")


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """Run a server until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="kinoteka-redis-"))
    server = RedisServer(folder)
    try:
        server.start(*options)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
