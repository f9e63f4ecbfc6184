"""Commands that may write only small files, as on a full disk."""

import subprocess
import sys

from tests.support.databases import database_environment
from tests.support.polling import TIMEOUT
from tests.support.servers import RunningServer, clean_environment

# Before it becomes the command, the process forbids itself to write a file larger than this.
SCRIPT = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execv(sys.executable, [sys.executable, "-m", "kinoteka.cli", *sys.argv[2:]])
"""


def run_with_file_limit(
    server: RunningServer, size: int, *command: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command on the server's data that cannot write a file larger than `size` bytes."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(size), *command, "--data", str(server.data)],
        env=clean_environment(database_environment(server.settings)),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
