"""Films as operators change them.

Shapes: `FilmFields` (what may be changed), `EditableFilm`.
"""

from hashlib import blake2b

import msgspec

from kinoteka.core.catalogue.model import FilmAccess

BY_HAND = "by hand"
"""The source of films that no import has brought."""


class FilmFields(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a film, as an import has it; genres and directors by name, in order.

    A year and a rating may be texts that hold one.
    """

    title: str
    original_title: str | None = None
    description: str = ""
    year: int | str | None = None
    rating: float | str | None = None
    trailer: str | None = None
    poster: str | None = None
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()


class EditableFilm(msgspec.Struct, frozen=True):
    """A film with all that an operator is shown; `access` tells who sees it.

    `source` and `external_id` tell where it has come from, `votes` how popular it is.
    """

    id: int
    fields: FilmFields
    source: str
    external_id: str
    votes: int
    access: FilmAccess

    @property
    def version(self) -> str:
        """What tells these fields from those of any other moment."""
        return blake2b(msgspec.msgpack.encode(self.fields), digest_size=8).hexdigest()
