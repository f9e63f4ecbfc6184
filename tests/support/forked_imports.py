"""Import processes that start quickly, forked like the commands of the tests."""

import os

import msgspec

from kinoteka.core.import_runs.model import ImportRequest
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import wait_until
from tests.support.servers import clean_environment

SCRIPT = """
import os
from kinoteka.core.import_runs.process import main
os.setsid()
main()
"""


class ForkedImport:
    """The process of an import, with the operations of `asyncio.subprocess.Process`."""

    def __init__(self, process: ForkedCommand) -> None:
        self._process = process
        self.pid = process.pid
        self.send_signal = process.send_signal
        self.kill = process.kill

    async def wait(self) -> int:
        """Wait for the end. Return the exit code."""
        await wait_until(lambda: self._process.poll() is not None)
        self._process.stdout.close()
        return self._process.wait(0)


async def fork_import(descriptor: int, request: ImportRequest) -> ForkedImport:
    """Start the process of an import, which holds the lock of this descriptor."""
    reading, writing = os.pipe()
    process = ForkedCommand(
        (), clean_environment({}), stdin=reading, inherited=descriptor, script=SCRIPT
    )
    os.close(reading)
    with os.fdopen(writing, "wb") as stdin:
        stdin.write(msgspec.json.encode(request))
    return ForkedImport(process)
