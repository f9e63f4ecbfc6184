"""A real PgBouncer in front of a PostgreSQL server, in transaction mode."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.databases import USER, PostgreSQLServer
from tests.support.polling import TIMEOUT, eventually
from tests.support.ports import free_port

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
CONNECTIONS = 3
"""Connections to PostgreSQL: fewer than clients, so that each client uses all of them."""

CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={there} user=kinoteka

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {here}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout,options
"""


@contextmanager
def pgbouncer(server: PostgreSQLServer) -> Iterator[int]:
    """Run a PgBouncer until the end of the block. Yield its port."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="kinoteka-pgbouncer-"))
    values = {"there": server.port, "here": port, "connections": CONNECTIONS}
    (folder / "pgbouncer.ini").write_text(CONFIGURATION.format(**values) + _without_statements())
    folder.chmod(0o755)
    command = [PROGRAM or "pgbouncer", "-q", str(folder / "pgbouncer.ini")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, user=USER, stdout=log, stderr=log)
    try:
        eventually(lambda: _answers(port))
        yield port
    finally:
        process.kill()
        process.wait(TIMEOUT)
        shutil.rmtree(folder, ignore_errors=True)


def _without_statements() -> str:
    """Return the option that makes newer versions lose prepared statements like older ones."""
    result = subprocess.run([PROGRAM or "pgbouncer", "--version"], capture_output=True, text=True)
    version = re.search(r"(\d+)\.(\d+)", result.stdout)
    assert version, result.stdout
    newer = tuple(map(int, version.groups())) >= (1, 21)
    return "max_prepared_statements = 0\n" if newer else ""


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True
