"""Stored posters, their sizes and where they are served."""

from typing import Literal

import msgspec

Size = Literal["small", "large"]
MEDIA_TYPE = b"image/webp"

CACHED, DIRECT = "cache", "direct"
"""Values of the setting `posters`."""


class StoredPoster(msgspec.Struct, frozen=True):
    """The row of a film's poster.

    `address` is where it was fetched, None for an uploaded poster. The names of the files are None
    if the last attempt failed. `checked_at` is the time of that attempt or upload.
    """

    film_id: int
    address: str | None
    small_file: str | None
    large_file: str | None
    checked_at: int
    used_at: int

    def file(self, size: Size) -> str | None:
        """Return the name of the file of one size."""
        return self.small_file if size == "small" else self.large_file

    @property
    def files(self) -> tuple[str, ...]:
        """Return the names of all files."""
        return tuple(name for name in (self.small_file, self.large_file) if name is not None)

    @property
    def is_uploaded(self) -> bool:
        """Return whether an operator uploaded the poster."""
        return self.address is None


def poster_path(film_id: int | str, size: str = "large") -> str:
    """Return the path of a film's poster: the stored one, or else a drawn one."""
    return f"/media/films/{film_id}/poster" + ("" if size == "large" else f"-{size}")
