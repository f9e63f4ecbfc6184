"""Store the featured selections that belong to a catalogue.

Public operations: store_selections.
"""

from collections.abc import Sequence

import msgspec

from kinoteka.core.imports import queries
from kinoteka.core.library.sparse_positions import position_at
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.infrastructure.clock import now


class ImportedSelection(msgspec.Struct, frozen=True):
    """A selection. `id` is unique within its source; `films` has external ids in order."""

    id: str
    title: str
    description: str
    films: list[str]


def store_selections(reader: Reader, source: str, selections: Sequence[ImportedSelection]) -> None:
    """Store selections of the source's films. The site shows them in the given order.

    Selections that were stored before keep their ids. Films missing from the catalogue are omitted.
    """
    reader.fetch(
        INCREMENT_REVISION, revision="library"
    )  # first, because other writers of selections wait for this row
    for selection in reversed(selections):  # the site shows the newest first
        selection_id = _store(reader, source, selection)
        reader.fetch(queries.EMPTY_SELECTION, selection_id=selection_id)
        for index, external_id in enumerate(selection.films):
            reader.fetch(
                queries.ADD_TO_SELECTION,
                selection_id=selection_id,
                position=position_at(index),
                source=source,
                external_id=external_id,
            )


def _store(reader: Reader, source: str, selection: ImportedSelection) -> int:
    parameters = {
        "source_id": f"{source}:{selection.id}",
        "title": selection.title,
        "description": selection.description,
        "now": now(),
    }
    # An upsert would consume an id on every import.
    rows = reader.fetch(queries.UPDATE_SELECTION, **parameters)
    ((selection_id,),) = rows or reader.fetch(queries.INSERT_SELECTION, **parameters)
    return selection_id
