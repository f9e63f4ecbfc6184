"""Imports through the service, with files to send."""

from typing import Any

from kinoteka.core.access.model import Actor
from kinoteka.core.import_runs.model import ImportOptions, Run, Upload
from kinoteka.core.import_runs.service import ImportRuns
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from tests.support.polling import wait_until

TABLE = b"id,title,year,genres\n1,Alien,1979,Horror\n2,Ran,1985,War\n"
BROKEN = b"id,title,year\n1,Alien,1979\n2,Ran,19850\n3,,2000\n"


class ImportRunner:
    """The imports of one server, run by a superuser."""

    def __init__(self, services: Services, root: Actor) -> None:
        self.services = services
        self.root = root
        self.runs: ImportRuns = services.import_runs

    async def begin(self, content: bytes = TABLE, name: str = "films.csv", **options: Any) -> int:
        """Start the import of one file. Return its id."""
        async with (
            unit_of_work(self.services.database) as unit,
            self.runs.receive(self.root, unit) as pending,
        ):
            path = pending.path / name
            path.write_bytes(content)
            uploads = [Upload(path, name, len(content))]
            return await self.runs.begin(
                self.root, unit, pending, uploads, ImportOptions(**options)
            )

    async def get(self, run_id: int) -> Run:
        """Return the current state of an import."""
        async with unit_of_work(self.services.database) as unit:
            return await self.runs.get(self.root, unit, run_id)

    async def ended(self, run_id: int) -> Run:
        """Wait until the import has finished, and return it."""

        async def is_finished() -> bool:
            return not (await self.get(run_id)).is_running

        await wait_until(is_finished)
        return await self.get(run_id)

    async def recover(self, runs: ImportRuns | None = None) -> None:
        """Run the job that every process runs periodically."""
        async with unit_of_work(self.services.database) as unit:
            await (runs or self.runs).recover(unit)
