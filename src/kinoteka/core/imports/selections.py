"""Selections that come with a catalogue: featured ones of the site's own.

Public operations: store_selections.
"""

from collections.abc import Sequence

import msgspec

from kinoteka.core.imports import queries
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.infrastructure.clock import now


class ImportedSelection(msgspec.Struct, frozen=True):
    """A selection; `id` is its own within its source, `films` are external ids, in order."""

    id: str
    title: str
    description: str
    films: list[str]


def store_selections(reader: Reader, source: str, selections: Sequence[ImportedSelection]) -> None:
    """Store selections of the source's films, the first to be shown first.

    Those that were stored before keep their ids. Films that the catalogue lacks are left out.
    """
    reader.fetch(
        INCREMENT_REVISION, revision="library"
    )  # first: whoever changes selections waits for it
    for selection in reversed(selections):  # they are shown newest first
        selection_id = _stored(reader, source, selection)
        reader.fetch(queries.EMPTY_SELECTION, selection_id=selection_id)
        for position, external_id in enumerate(selection.films):
            reader.fetch(
                queries.ADD_TO_SELECTION,
                selection_id=selection_id,
                position=position,
                source=source,
                external_id=external_id,
            )


def _stored(reader: Reader, source: str, selection: ImportedSelection) -> int:
    given = {
        "source_id": f"{source}:{selection.id}",
        "title": selection.title,
        "description": selection.description,
        "now": now(),
    }
    # Not an upsert: that would use up an id each time.
    rows = reader.fetch(queries.UPDATE_SELECTION, **given)
    ((selection_id,),) = rows or reader.fetch(queries.INSERT_SELECTION, **given)
    return selection_id
