"""Films as operators edit them.

Structs: `EditableFilm`.
"""

from hashlib import blake2b

import msgspec

from kinoteka.core.catalogue.model import FilmAccess, FilmFields

BY_HAND = "by hand"
"""The source of films that no import has brought."""


class EditableFilm(msgspec.Struct, frozen=True):
    """A film with all that an operator is shown; `access` tells who sees it.

    `source` and `external_id` tell where it has come from, `votes` how popular it is. Imports
    leave the `locked` fields as they are.
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
        """What tells these fields from those of any other moment."""
        return blake2b(msgspec.msgpack.encode(self.fields), digest_size=8).hexdigest()
