"""Commands that may write only small files, as on a full disk."""

import subprocess

from tests.support.databases import database_environment
from tests.support.servers import RunningServer, run_forked


def run_with_file_limit(
    server: RunningServer, size: int, *command: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command on the server's data that cannot write a file larger than `size` bytes."""
    arguments = (*command, "--data", str(server.data))
    return run_forked(arguments, database_environment(server.settings), file_limit=size)
