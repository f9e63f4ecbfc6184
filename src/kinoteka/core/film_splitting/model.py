"""The records of a film, and which of them become a film of their own."""

import msgspec


class RecordKey(msgspec.Struct, frozen=True, order=True):
    """The id of a source, and the id that the film has there."""

    source_id: int
    external_id: str


class FilmRecord(msgspec.Struct, frozen=True):
    """What a source says about a film. `merged` is the title of the film that brought the record.

    It is set while that merge can be undone: then undoing it returns the record.
    """

    key: RecordKey
    source: str
    title: str
    year: int | None
    directors: tuple[str, ...]
    ids: tuple[tuple[str, str], ...]
    merged: str | None = None


class Split(msgspec.Struct, frozen=True):
    """The records that leave a film, and what follows them.

    Bookmarks and places in selections are references. Parts are the cast and other credits, further
    titles and countries, which stay together until the next imports of their sources.
    """

    film_id: int
    leaving: frozenset[RecordKey]
    moves_references: bool = False
    moves_parts: bool = False
