"""Films as operators edit them."""

from hashlib import blake2b

import msgspec

from kinoteka.core.catalogue.model import FIELDS, FilmAccess, FilmFields
from kinoteka.core.film_editing.parts.model import PARTS, EditedParts
from kinoteka.database.source_ranks import BY_HAND

LOCKABLE = (*FIELDS, *PARTS)
"""The fields and parts of a film that operators edit, and that locks keep."""


class SourceRecord(msgspec.Struct, frozen=True):
    """A source that has a record of the film, and the film's id in it."""

    source: str
    external_id: str


class EditableFilm(msgspec.Struct, frozen=True):
    """A film with everything that operators see; `access` decides who sees the film.

    `records` say where the film was imported from, by the rank of their sources, and `votes` how
    popular it is.
    Imports do not change the `locked` fields.
    """

    id: int
    fields: FilmFields
    records: tuple[SourceRecord, ...]
    votes: int
    access: FilmAccess
    locked: tuple[str, ...] = ()
    parts: EditedParts = EditedParts()

    @property
    def is_by_hand(self) -> bool:
        """Return whether only operators provide the film, so that no import changes it."""
        return all(record.source == BY_HAND for record in self.records)

    @property
    def version(self) -> str:
        """Return a digest of the fields and parts, by which a concurrent edit is noticed."""
        content = msgspec.msgpack.encode((self.fields, self.parts))
        return blake2b(content, digest_size=8).hexdigest()
