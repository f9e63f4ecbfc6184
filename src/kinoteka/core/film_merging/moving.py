"""Move the rows that refer to a film to another film, and back.

Public operations: move_rows, restore_film, restore_rows.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kinoteka.core.film_merging import queries
from kinoteka.core.film_merging.model import MergeState, StoredRows
from kinoteka.database.unit import Unit


async def move_rows(
    unit: Unit, old_id: int, survivor_id: int
) -> tuple[dict[str, StoredRows], dict[str, StoredRows]]:
    """Move the rows of a film to the survivor.

    Return the rows that moved, and those that are deleted with the film, by the reference.
    """
    moved: dict[str, StoredRows] = {}
    left: dict[str, StoredRows] = {}
    for each in queries.REFERENCES:
        if each.move is not None:
            before = await unit.all(each.rows, old_id=old_id) if each.numbered else ()
            rows = await unit.all(each.move, old_id=old_id, survivor_id=survivor_id)
            _store(moved, each, _with_old_numbers(each, before, rows))
        if each.is_deleted_with_film:
            _store(left, each, await unit.all(each.rows, old_id=old_id))
    return moved, left


async def restore_film(unit: Unit, state: MergeState, genres: Mapping[int, int]) -> None:
    """Insert the film that a merge deleted. `genres` are the merged ones with their survivors."""
    table = "films"
    await _insert(unit, table, state.film, genres)


async def restore_rows(
    unit: Unit, state: MergeState, old_id: int, genres: Mapping[int, int]
) -> None:
    """Move rows back to the film with the old id, and insert those that were deleted."""
    for each in queries.REFERENCES:
        moved = state.moved.get(each.name)
        if moved is not None:
            keys = [dict(zip(moved.columns, row, strict=True)) for row in moved.rows]
            parameters = [
                {"old_id": old_id, "survivor_id": state.survivor_id}
                | {f"own_{name}": row[name] for name in (*each.known_by, *_numbered(each))}
                for row in keys
            ]
            await unit.run_many(each.move_back, parameters)
        deleted = state.deleted.get(each.name)
        if deleted is not None:
            await _insert(unit, each.name.partition(".")[0], deleted, genres)
    if state.separations is not None:
        await _insert(unit, "separations", state.separations, genres)


def _numbered(reference: queries.ReferenceStatements) -> tuple[str, ...]:
    return () if reference.numbered is None else (reference.numbered,)


def _with_old_numbers(
    reference: queries.ReferenceStatements, before: Iterable[Any], after: Iterable[Any]
) -> list[list[Any]]:
    """Return rows that have moved, with the numbers that they had before."""
    moved = [list(row) for row in after]
    if reference.numbered is not None:
        keys = [reference.columns.index(name) for name in reference.known_by]
        number = reference.columns.index(reference.numbered)
        numbers = {tuple(row[key] for key in keys): row[number] for row in before}
        for row in moved:
            row[number] = numbers[tuple(row[key] for key in keys)]
    return moved


def _store(
    stored: dict[str, StoredRows], reference: queries.ReferenceStatements, rows: Iterable[Any]
) -> None:
    found = [list(row) for row in rows]
    if found:
        stored[reference.name] = StoredRows(reference.columns, found)


async def _insert(unit: Unit, table: str, stored: StoredRows, genres: Mapping[int, int]) -> None:
    booleans, genre_columns = queries.booleans(table), queries.genre_columns(table)

    def value(name: str, stored_value: Any) -> Any:
        if name in booleans:
            return bool(stored_value)
        return genres.get(stored_value, stored_value) if name in genre_columns else stored_value

    rows = [
        {name: value(name, each) for name, each in zip(stored.columns, row, strict=True)}
        for row in stored.rows
    ]
    await unit.run_many(queries.restore_row(table, stored.columns), rows)
