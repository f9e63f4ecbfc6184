"""Uploads that wait until an operator starts their import."""

import os

import pytest

from kinoteka.core.import_runs import uploads as module
from kinoteka.core.import_runs.folders import RunFolders
from kinoteka.core.import_runs.model import ImportOptions, Upload
from kinoteka.core.import_runs.uploads import ImportUploads
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.import_runners import TABLE


class Waiting:
    """The uploads of one server, and of another process beside it."""

    def __init__(self, runner) -> None:
        self.runner = runner
        self.root = runner.root
        self.uploads: ImportUploads = runner.services.import_uploads

    async def stored(self, content=TABLE, **options):
        """Upload a file. Return its key."""
        async with (
            unit_of_work(self.runner.services.database) as unit,
            self.runner.runs.receive(self.root, unit) as pending,
        ):
            path = pending.path / "films.csv"
            path.write_bytes(content)
            upload = Upload(path, "films.csv", len(content))
            return await self.uploads.store(self.root, pending, [upload], ImportOptions(**options))

    async def begun(self, key):
        """Start the import. Return its id."""
        async with unit_of_work(self.runner.services.database) as unit:
            return await self.uploads.begin(self.root, unit, key)


@pytest.fixture
def waiting(runner):
    return Waiting(runner)


async def test_upload_waits_with_its_options(waiting):
    key = await waiting.stored(source="club")
    await waiting.uploads.change(waiting.root, key, ImportOptions(source="other"))
    found = waiting.uploads.get(waiting.root, key)
    assert ([each.name for each in found.files], found.options.source) == (["films.csv"], "other")
    assert (await waiting.uploads.preview(waiting.root, key)).source == "other"
    assert [each for each, _ in waiting.uploads.page(waiting.root)] == [key]


async def test_another_process_of_the_machine_has_the_upload(waiting, settings):
    key = await waiting.stored()
    other = ImportUploads(settings.data, waiting.runner.runs)
    assert other.get(waiting.root, key) == waiting.uploads.get(waiting.root, key)
    await other.change(waiting.root, key, ImportOptions(source="other"))
    assert waiting.uploads.get(waiting.root, key).options.source == "other"


async def test_import_starts_once(waiting):
    key = await waiting.stored()
    run = await waiting.runner.ended(await waiting.begun(key))
    assert (run.state, run.added) == ("done", 2)
    with pytest.raises(DomainError) as caught:
        await waiting.begun(key)
    assert caught.value.code is Code.IMPORT_UNKNOWN


async def test_upload_waits_again_if_its_import_does_not_start(waiting):
    key = await waiting.stored(b"title,rating\nRan,4\nAlien,5\nMirror,3\n")
    with pytest.raises(DomainError) as caught:
        await waiting.begun(key)
    assert caught.value.code is Code.IMPORT_UNUSABLE
    await waiting.uploads.change(waiting.root, key, ImportOptions(scale="5"))
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(waiting.runner.services.database) as unit:
            await waiting.uploads.begin(waiting.root, unit, key)
            raise ZeroDivisionError
    assert (await waiting.runner.ended(await waiting.begun(key))).added == 3


async def test_upload_in_use_is_not_started_by_another_process(waiting, settings):
    key = await waiting.stored()
    folder = RunFolders(settings.data).waiting_folder(key)
    assert folder
    descriptor = folder.lock()
    assert descriptor
    with pytest.raises(DomainError) as caught:
        await waiting.begun(key)
    assert caught.value.code is Code.IMPORT_RUNNING
    os.close(descriptor)


async def test_unknown_and_hostile_keys_have_no_upload(waiting):
    for key in ("0" * 16, "../1", "*", ""):
        with pytest.raises(DomainError) as caught:
            waiting.uploads.get(waiting.root, key)
        assert caught.value.code is Code.IMPORT_UNKNOWN


async def test_upload_is_deleted_after_a_day(waiting, monkeypatch):
    key = await waiting.stored()
    await waiting.uploads.prune()
    assert waiting.uploads.get(waiting.root, key)
    monkeypatch.setattr(module, "WAITING_SECONDS", -1)
    await waiting.uploads.prune()
    assert waiting.uploads.page(waiting.root) == []
