"""Uploaded files that wait until an operator has checked their preview and starts the import.

Public operations: store, page, get, preview, change, begin, discard, prune.

The files and the options stay in a folder of this machine, so each of its processes can show the
preview and start the import.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kinoteka.core.access.model import FILMS_IMPORT, FILMS_LABEL, Actor
from kinoteka.core.import_runs.columns import PreviewColumns, mapping_of, preview_columns
from kinoteka.core.import_runs.folders import RunFolder, RunFolders
from kinoteka.core.import_runs.formats import preview_files
from kinoteka.core.import_runs.model import ImportOptions, Upload, WaitingFile, WaitingUpload
from kinoteka.core.import_runs.service import ImportRuns, PendingUpload
from kinoteka.core.imports.preview import Preview
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.disk import DISK_STATE

MAX_WAITING = 3
"""How many uploads of one account wait. A further one replaces the oldest."""
WAITING_SECONDS = DAY


class ImportUploads:
    """The uploads on this machine whose import has not been started."""

    def __init__(self, data: Path, runs: ImportRuns) -> None:
        self._folders = RunFolders(data)
        self._runs = runs

    async def store(
        self,
        actor: Actor,
        pending: PendingUpload,
        uploads: Sequence[Upload],
        options: ImportOptions,
    ) -> str:
        """Keep the uploaded files for their preview. Return the key of the upload.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID, DISK_FULL)
            DomainError(IMPORT_UNUSABLE): the files cannot be read with any options.
        """
        _require(actor, options)
        await asyncio.to_thread(preview_files, [each.path for each in uploads], options)
        await self._make_room(actor)
        upload = WaitingUpload(
            account_id=actor.account_id,
            files=tuple(
                WaitingFile(str(each.path.relative_to(pending.path)), each.name, each.size)
                for each in uploads
            ),
            options=options,
            created_at=now(),
        )
        try:
            folder = self._folders.wait(pending.folder, upload)
        except OSError as error:
            raise DISK_STATE.record_failure(error) from error
        pending.is_taken = True
        os.close(pending.descriptor)
        return folder.key

    def page(self, actor: Actor) -> list[tuple[str, WaitingUpload]]:
        """Return the keys and uploads that wait, newest first."""
        actor.require(FILMS_IMPORT)
        found = [
            (folder.key, upload)
            for folder in self._folders.waiting()
            if (upload := folder.waiting_upload()) is not None
        ]
        return sorted(found, key=lambda each: each[1].created_at, reverse=True)

    def get(self, actor: Actor, key: str) -> WaitingUpload:
        """Return an upload.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
            DomainError(IMPORT_UNKNOWN): it has expired, its import has started, or another machine
                has it.
        """
        return self._find(actor, key)[1]

    async def preview(self, actor: Actor, key: str) -> Preview:
        """Return how the files would be imported with the stored options.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, IMPORT_UNKNOWN, FIELD_INVALID, IMPORT_UNUSABLE)
        """
        folder, upload = self._find(actor, key)
        return await asyncio.to_thread(preview_files, _paths(folder, upload), upload.options)

    async def change(
        self, actor: Actor, key: str, options: ImportOptions, columns: PreviewColumns | None = None
    ) -> None:
        """Store other options. `columns` has the fields that were chosen for the columns shown.

        Columns that no longer are those of the preview are ignored.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, IMPORT_UNKNOWN, IMPORT_UNUSABLE)
            DomainError(FIELD_INVALID): an option is invalid, or two columns have the same field.
        """
        _require(actor, options)
        folder, upload = self._find(actor, key)
        paths = _paths(folder, upload)
        if columns is not None:
            shown = await asyncio.to_thread(preview_files, paths, upload.options)
            mapping = mapping_of(preview_columns(shown), columns, options.mapping)
            options = msgspec.structs.replace(options, mapping=mapping)
        await asyncio.to_thread(preview_files, paths, options)
        try:
            folder.write_waiting_upload(msgspec.structs.replace(upload, options=options))
        except OSError as error:
            raise DISK_STATE.record_failure(error) from error

    async def begin(self, actor: Actor, unit: Unit, key: str) -> int:
        """Start the import when the unit commits. Return its id. On errors, the upload still waits.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID, IMPORT_UNKNOWN, IMPORT_RUNNING)
            DomainError(IMPORT_UNUSABLE): a question of the preview is open.
        """
        folder, upload = self._find(actor, key)
        pending = _lock(folder)
        try:
            uploads = [
                Upload(folder.files / each.path, each.name, each.size) for each in upload.files
            ]
            return await self._runs.begin(actor, unit, pending, uploads, upload.options)
        finally:
            await pending.close()

    async def discard(self, actor: Actor, key: str) -> None:
        """Delete an upload. Do nothing if its import has started.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_IMPORT)
        folder = self._folders.waiting_folder(key)
        if folder is not None and not folder.is_in_use():
            await asyncio.to_thread(folder.remove)

    async def prune(self) -> None:
        """Delete uploads that have waited for too long, and damaged ones."""
        for folder in list(self._folders.waiting()):
            upload = folder.waiting_upload()
            if (upload is None or upload.created_at < now() - WAITING_SECONDS) and (
                not folder.is_in_use()
            ):
                await asyncio.to_thread(folder.remove)

    async def _make_room(self, actor: Actor) -> None:
        own = [key for key, upload in self.page(actor) if upload.account_id == actor.account_id]
        for key in own[MAX_WAITING - 1 :]:
            await self.discard(actor, key)

    def _find(self, actor: Actor, key: str) -> tuple[RunFolder, WaitingUpload]:
        actor.require(FILMS_IMPORT)
        folder = self._folders.waiting_folder(key)
        if folder is not None and (upload := folder.waiting_upload()) is not None:
            return folder, upload
        raise DomainError(Code.IMPORT_UNKNOWN)


class _TakenUpload(PendingUpload):
    """A waiting upload whose import starts. It waits again if the import does not start."""

    def __init__(self, folder: RunFolder, descriptor: int) -> None:
        super().__init__(folder, descriptor)
        self._waiting_path = folder.path

    def abandon(self) -> None:
        """Move the folder back and release the lock."""
        if self.folder.path != self._waiting_path:
            self.folder.move_to(self._waiting_path)
        os.close(self.descriptor)


def _lock(folder: RunFolder) -> _TakenUpload:
    try:
        descriptor = folder.lock()
    except FileNotFoundError:
        raise DomainError(Code.IMPORT_UNKNOWN) from None
    if descriptor is None:
        raise DomainError(Code.IMPORT_RUNNING)
    if not folder.exists():  # another process has started the import
        os.close(descriptor)
        raise DomainError(Code.IMPORT_UNKNOWN)
    return _TakenUpload(folder, descriptor)


def _require(actor: Actor, options: ImportOptions) -> None:
    actor.require(FILMS_IMPORT)
    if options.labels:
        actor.require(FILMS_LABEL)


def _paths(folder: RunFolder, upload: WaitingUpload) -> list[Path]:
    return [folder.files / each.path for each in upload.files]
