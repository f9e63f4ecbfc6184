"""The values of the two films that a film is split into.

Public operations: divide.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from kinoteka.core.catalogue.model import FACTS, FIELDS, FilmFields
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.imports.choice import choose
from kinoteka.database.film_records import Record


class Division(msgspec.Struct, frozen=True):
    """The values of the film that stays and of the new one, and the ids that leave."""

    staying: FilmFields
    votes_staying: int
    leaving: FilmFields
    votes_leaving: int
    ids_leaving: tuple[tuple[str, str], ...]


def divide(film: EditableFilm, *, leaving: Sequence[Record], staying: Sequence[Record]) -> Division:
    """Choose the values of both films from their records, in the order of their sources' ranks.

    Locked fields of the film stay as they are. An id that both sides have stays with the film.
    """
    stays, leaves = choose(staying), choose(leaving)
    locked = {name: getattr(film.fields, name) for name in FIELDS if name in film.locked}
    kept = {tuple(each) for each in stays.get("ids", ())}
    ids = [(kind, value) for kind, value in leaves.get("ids", ())]
    return Division(
        staying=msgspec.structs.replace(_fields(stays), **locked),
        votes_staying=stays.get("votes", 0),
        leaving=_fields(leaves),
        votes_leaving=leaves.get("votes", 0),
        ids_leaving=tuple(each for each in ids if each not in kept),
    )


def _fields(record: Record) -> FilmFields:
    facts: dict[str, Any] = {name: record.get(name) for name in FACTS}
    facts["description"] = record.get("description", "")
    return FilmFields(
        **facts,
        genres=tuple(record.get("genres", ())),
        directors=tuple(record.get("directors", ())),
    )
