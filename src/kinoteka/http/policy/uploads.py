"""Uploads: count them against the account's limits while they are received."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinoteka.http.mechanics.multipart import read_upload
from kinoteka.http.mechanics.routes import Upload
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.spooled_files import FOLDER, SpooledFile


@asynccontextmanager
async def receive_upload(request: Request, upload: Upload) -> AsyncIterator[SpooledFile]:
    """Receive an upload in a slot of the actor, and close its file at the end of the block.

    Raises:
        DomainError: as `Uploads.slot` and `read_upload`.
    """
    async with request.core.uploads.slot(request.actor):
        file = await read_upload(request, upload, request.settings.data / FOLDER)
        try:
            yield file
        finally:
            file.close()
