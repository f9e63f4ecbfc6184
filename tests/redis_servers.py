"""A real Redis server in a temporary folder, which can be stopped, frozen and started again."""

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from waiting import PATIENCE, eventually


class RedisServer:
    """A server on a Unix socket in a folder of its own; it keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as settings give it."""
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
            self._process.wait(PATIENCE)
            self._process = None

    def freeze(self) -> None:
        """Let it take connections and answer nothing, as a machine that hangs would."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def ask(self, *command: str) -> str:
        """The answer to a command."""
        asked = ["redis-cli", "-s", str(self._socket), *command]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()

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


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """A server that runs until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="kinoteka-redis-"))
    server = RedisServer(folder)
    try:
        server.start(*options)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
