"""Films as operators edit them."""

from hashlib import blake2b

import msgspec

from kinoteka.core.catalogue.model import FilmAccess, FilmFields

BY_HAND = "by hand"
"""The source of films that operators added."""


class EditableFilm(msgspec.Struct, frozen=True):
    """A film with everything that operators see; `access` decides who sees the film.

    `source` and `external_id` say where the film was imported from, `votes` how popular it is.
    Imports do not change the `locked` fields.
    """

    id: int
    fields: FilmFields
    source: str
    external_id: str
    votes: int
    access: FilmAccess
    locked: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Return a digest of the fields, by which a concurrent edit is noticed."""
        return blake2b(msgspec.msgpack.encode(self.fields), digest_size=8).hexdigest()
