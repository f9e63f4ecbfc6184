"""Mappings and options of imports that operators save under a name.

Public operations: list_mappings, find_mapping, save_mapping, delete_mapping.
"""

import msgspec

from kinoteka.core.access.model import FILMS_IMPORT, Actor
from kinoteka.core.import_runs import queries
from kinoteka.core.import_runs.model import ImportOptions, SavedMapping
from kinoteka.database.unit import Unit
from kinoteka.errors import field_invalid

MAX_NAME_LENGTH = 100
MAX_MAPPINGS = 200
NOT_SAVED = ("format", "source", "labels", "keep_going", "replace", "mapping")
"""Options that belong to one import and not to a kind of file."""


async def list_mappings(actor: Actor, unit: Unit) -> list[SavedMapping]:
    """Return the saved mappings, ordered by name.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
    """
    actor.require(FILMS_IMPORT)
    return await unit.all(queries.MAPPINGS, most=MAX_MAPPINGS)


async def find_mapping(actor: Actor, unit: Unit, name: str) -> SavedMapping:
    """Return a saved mapping.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
        DomainError(FIELD_INVALID): there is none with this name.
    """
    actor.require(FILMS_IMPORT)
    found = await unit.first(queries.MAPPING, name=name)
    if found is None:
        raise field_invalid("saved", "mapping_unknown")
    return found


async def save_mapping(actor: Actor, unit: Unit, name: str, options: ImportOptions) -> None:
    """Save the mapping and the options for files under a name. Replace the mapping that has it.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
        DomainError(FIELD_INVALID): the name is blank, too long or not printable.
    """
    actor.require(FILMS_IMPORT)
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise field_invalid("save_as", "empty" if not name else "characters")
    if len(name) > MAX_NAME_LENGTH:
        raise field_invalid("save_as", "too_long")
    defaults = {field: getattr(ImportOptions(), field) for field in NOT_SAVED}
    await unit.run(queries.DELETE_MAPPING, name=name)
    await unit.run(
        queries.INSERT_MAPPING,
        name=name,
        mapping=msgspec.json.encode(options.mapping).decode(),
        options=msgspec.json.encode(msgspec.structs.replace(options, **defaults)).decode(),
    )


async def delete_mapping(actor: Actor, unit: Unit, name: str) -> None:
    """Delete a saved mapping. Imports that used it stay as they are.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
        DomainError(FIELD_INVALID): there is none with this name.
    """
    await find_mapping(actor, unit, name)
    await unit.run(queries.DELETE_MAPPING, name=name)


def with_mapping(options: ImportOptions, saved: SavedMapping) -> ImportOptions:
    """Return the options of one import with a saved mapping and its options for files."""
    kept = {field: getattr(options, field) for field in NOT_SAVED}
    return msgspec.structs.replace(saved.options, **{**kept, "mapping": saved.mapping})
