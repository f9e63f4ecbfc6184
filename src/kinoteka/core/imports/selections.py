"""Selections that come with a catalogue: featured ones of the site's own.

Public operations: store_selections.
"""

import json
import sqlite3
from collections.abc import Sequence

import msgspec

from kinoteka.core.imports import queries
from kinoteka.storage.clock import now
from kinoteka.storage.revisions import RAISE
from kinoteka.storage.sqlite import SQLiteReader


class ListedSelection(msgspec.Struct, frozen=True):
    """A selection; `id` is its own within its source, `films` are external ids, in order."""

    id: str
    title: str
    description: str
    films: list[str]


def store_selections(
    connection: sqlite3.Connection, source: str, selections: Sequence[ListedSelection]
) -> None:
    """Store selections of the source's films, the first to be shown first.

    Those that were stored before keep their ids. Films that the catalogue lacks are left out.
    """
    for selection in reversed(selections):  # they are shown newest first
        given = {
            "source": source,
            "source_id": f"{source}:{selection.id}",
            "title": selection.title,
            "description": selection.description,
            "films": json.dumps(selection.films),
            "now": now(),
        }
        row = connection.execute(queries.STORE_SELECTION, given).fetchone()
        given["selection_id"] = row[0]
        connection.execute(queries.EMPTY_SELECTION, given)
        connection.execute(queries.FILL_SELECTION, given)
    SQLiteReader(connection).fetch(RAISE, revision="library")
