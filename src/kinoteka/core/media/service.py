"""Media: pictures that people upload.

Public operations: read_picture, store, get, drop_after_commit.
"""

import secrets

from kinoteka.core.media.model import UPLOAD_LARGEST
from kinoteka.core.media.pictures import draw_anew
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.files import open_files
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.spooled_files import SpooledFile
from kinoteka.infrastructure.worker_threads import Load, Workers

FOLDER = "avatars"
DECODING_THREADS = 2
DECODING_QUEUE = 40
SECONDS_EACH = 0.2


class Media:
    """Reads what is uploaded, and stores what has become of it."""

    def __init__(self, settings: Settings) -> None:
        self._files = open_files(settings, FOLDER)
        self._workers = Workers(
            "pictures",
            threads=DECODING_THREADS,
            queue=DECODING_QUEUE,
            seconds_each=SECONDS_EACH,
        )

    async def read_picture(self, file: SpooledFile, allowed: frozenset[str]) -> bytes:
        """An upload as a new JPEG without metadata, at most 1024 pixels on its longer side.

        `allowed` are kinds as Pillow names them (`model.PICTURES`), told by content alone.

        Raises:
            DomainError(UPLOAD_TOO_LARGE): more than 10 MiB.
            DomainError(UPLOAD_WRONG_TYPE): by its content none of the `allowed` kinds.
            DomainError(UPLOAD_UNREADABLE): empty, broken or cut off.
            DomainError(UPLOAD_TOO_MANY_PIXELS): `limit` is how many megapixels there may be.
            DomainError(BUSY): too many pictures are being read already.
        """
        if file.size > UPLOAD_LARGEST:
            raise DomainError(Code.UPLOAD_TOO_LARGE, limit=UPLOAD_LARGEST)
        return await self._workers.run(lambda: draw_anew(file.read(), allowed))

    async def store(self, unit: Unit, picture: bytes) -> str:
        """Store a picture under a new name that nobody can guess; the name.

        It is gone again if the transaction is rolled back.

        Raises:
            DomainError(BUSY): the object store is away.
        """
        name = f"{secrets.token_urlsafe(18)}.jpg"
        # Before it is put there: an object store that answers too late may have stored it.
        unit.after_rollback(lambda: self._files.delete_soon(name))
        await self._files.put(name, picture)
        return name

    async def get(self, name: str) -> bytes:
        """A stored picture.

        Raises:
            DomainError(PHOTO_MISSING)
            DomainError(BUSY): the object store is away.
        """
        picture = await self._files.get(name)
        if picture is None:
            raise DomainError(Code.PHOTO_MISSING)
        return picture

    def drop_after_commit(self, unit: Unit, name: str) -> None:
        """Remove a stored picture once the transaction is stored."""
        unit.after_commit(lambda: self._files.delete_soon(name))

    @property
    def load(self) -> Load:
        """How many pictures wait, and how many are being read."""
        return self._workers.load

    def close(self) -> None:
        """Finish what is under way."""
        self._workers.close()
        self._files.close()
