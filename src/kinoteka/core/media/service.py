"""Pictures: decode and encode them again, store, read and delete them.

Public operations: read_picture, read_poster, scale_poster, store, get, delete_after_commit.
"""

import secrets

from kinoteka.core.media.model import MAX_UPLOAD_BYTES, POSTER_SIZES, Pictures
from kinoteka.core.media.pictures import re_encode, scale
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.files import AVATAR_FOLDER, open_files
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.spooled_files import SpooledFile
from kinoteka.infrastructure.worker_threads import Load, Workers

DECODING_THREADS = 2
DECODING_QUEUE = 40
SECONDS_EACH = 0.2


class Media:
    """The pictures that accounts upload."""

    def __init__(self, settings: Settings) -> None:
        self._files = open_files(settings, AVATAR_FOLDER)
        self._workers = Workers(
            "pictures",
            threads=DECODING_THREADS,
            queue=DECODING_QUEUE,
            seconds_each=SECONDS_EACH,
        )

    async def read_picture(self, file: SpooledFile, allowed: frozenset[str]) -> bytes:
        """Return an upload as a new JPEG without metadata, up to 1024 pixels on its longer side.

        `allowed` are Pillow's names of formats (`model.PICTURES`), recognized by the content.

        Raises:
            DomainError(UPLOAD_TOO_LARGE): the file has more than 10 MiB.
            DomainError(UPLOAD_WRONG_TYPE): the content has none of the `allowed` formats.
            DomainError(UPLOAD_UNREADABLE): the file is empty, broken or truncated.
            DomainError(UPLOAD_TOO_MANY_PIXELS): `limit` is the allowed number of megapixels.
            DomainError(BUSY): too many pictures are being decoded.
        """
        if file.size > MAX_UPLOAD_BYTES:
            raise DomainError(Code.UPLOAD_TOO_LARGE, limit=MAX_UPLOAD_BYTES)
        return await self._workers.run(lambda: re_encode(file.read(), allowed))

    async def read_poster(self, file: SpooledFile) -> Pictures:
        """Return an uploaded poster in all sizes.

        Raises:
            DomainError: as `read_picture`.
        """
        if file.size > MAX_UPLOAD_BYTES:
            raise DomainError(Code.UPLOAD_TOO_LARGE, limit=MAX_UPLOAD_BYTES)
        return await self._workers.run(lambda: _in_all_sizes(file.read()))

    async def scale_poster(self, content: bytes) -> Pictures:
        """Return a fetched poster in all sizes.

        Raises:
            DomainError: as `read_picture`.
        """
        return await self._workers.run(lambda: _in_all_sizes(content))

    async def store(self, unit: Unit, picture: bytes) -> str:
        """Store a picture under a new random name, and return the name.

        The picture is deleted if the transaction is rolled back.

        Raises:
            DomainError(BUSY): the object store is unavailable.
        """
        name = f"{secrets.token_urlsafe(18)}.jpg"
        # Register this first: an object store may store a picture and still time out.
        unit.after_rollback(lambda: self._files.delete_soon(name))
        await self._files.put(name, picture)
        return name

    async def get(self, name: str) -> bytes:
        """Return a stored picture.

        Raises:
            DomainError(PHOTO_MISSING)
            DomainError(BUSY): the object store is unavailable.
        """
        picture = await self._files.get(name)
        if picture is None:
            raise DomainError(Code.PHOTO_MISSING)
        return picture

    def delete_after_commit(self, unit: Unit, name: str) -> None:
        """Delete a stored picture when the transaction commits."""
        unit.after_commit(lambda: self._files.delete_soon(name))

    @property
    def load(self) -> Load:
        """Return the numbers of pictures that wait and that are being decoded."""
        return self._workers.load

    def close(self) -> None:
        """Wait for running work, then close the files."""
        self._workers.close()
        self._files.close()


def _in_all_sizes(content: bytes) -> Pictures:
    return dict(zip(POSTER_SIZES, scale(content, list(POSTER_SIZES.values())), strict=True))
