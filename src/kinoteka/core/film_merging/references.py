"""The registry of references to films, genres and people, and how a merge treats each of them.

A test compares it with the foreign keys of the schema. If you add a table that refers to films,
genres or people, add its column here:

- `move`: the rows belong to the survivor from now on. No two rows can become equal.
- `move_unless_present`: a row moves unless the survivor has one with the same `present_by` columns.
- `drop`: the survivor has its own rows, and those of the other are deleted.
- `recount`: the rows are computed from other tables.
- `keep`: the rows are not changed, because they describe the past or are found through a redirect.

Rows that moved or were deleted return when the merge of two films is undone. `known_by` are the
columns that identify a row of one film then. Rows with a `numbered` column get numbers after those
of the survivor. If a film is split, the operator chooses to which film the rows `is_of_members`
belong; the others stay, except for records and their ids.
"""

from enum import StrEnum

import msgspec


class Treatment(StrEnum):
    """What a merge does with the rows that refer to the deleted film, genre or person."""

    MOVE = "move"
    MOVE_UNLESS_PRESENT = "move_unless_present"
    DROP = "drop"
    RECOUNT = "recount"
    KEEP = "keep"


class Reference(msgspec.Struct, frozen=True):
    """A column that refers to films, genres or people."""

    table: str
    column: str
    treatment: Treatment
    present_by: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    numbered: str | None = None
    is_of_members: bool = False


def _of_members(reference: Reference) -> Reference:
    return msgspec.structs.replace(reference, is_of_members=True)


def _move(table: str, column: str, *known_by: str) -> Reference:
    return Reference(table, column, Treatment.MOVE, known_by=known_by)


def _move_unless_present(
    table: str,
    column: str,
    *present_by: str,
    known_by: tuple[str, ...] | None = None,
    numbered: str | None = None,
) -> Reference:
    known_by = present_by if known_by is None else known_by
    return Reference(table, column, Treatment.MOVE_UNLESS_PRESENT, present_by, known_by, numbered)


def _drop(table: str, column: str) -> Reference:
    return Reference(table, column, Treatment.DROP)


def _recount(table: str, column: str) -> Reference:
    return Reference(table, column, Treatment.RECOUNT)


def _keep(table: str, column: str) -> Reference:
    return Reference(table, column, Treatment.KEEP)


FILMS: tuple[Reference, ...] = (
    _move("film_values", "film_id", "source_id", "external_id"),
    _move("film_ids", "film_id", "kind", "value"),
    _move("film_redirects", "film_id", "old_id"),
    _of_members(_move_unless_present("bookmarks", "film_id", "account_id")),
    # Lists in which a film has a position keep it for the survivor.
    _of_members(_move_unless_present("selection_films", "film_id", "selection_id")),
    # A poster moves only if the survivor has none. Otherwise pruning deletes its files.
    _move_unless_present("posters", "film_id"),
    _drop("film_genres", "film_id"),
    # A department that the survivor lacks is filled.
    _move_unless_present("credits", "film_id", "department", known_by=("department", "person_id")),
    _move_unless_present(
        "film_titles",
        "film_id",
        *("language", "kind", "title"),
        known_by=("language", "kind", "title"),
        numbered="position",
    ),
    _recount("film_sort", "film_id"),
    _move_unless_present("film_countries", "film_id", known_by=("country",)),
    _drop("film_locks", "film_id"),
    # Except for those of the two films' records from the other film, which the merge removes.
    _move_unless_present("separations", "film_id", "source_id", "external_id"),
    # The pairs of the deleted film also become pairs of the survivor.
    _drop("possible_duplicates", "film_id"),
    _drop("possible_duplicates", "other_id"),
)
GENRES: tuple[Reference, ...] = (
    _move("films", "genre_id"),
    _move("accounts", "favourite_genre_id"),
    _move("genre_redirects", "genre_id"),
    _move_unless_present("film_genres", "genre_id", "film_id"),
    _move("genre_aliases", "genre_id"),
    _move_unless_present("genre_names", "genre_id", "language"),
    _recount("genre_counts", "genre_id"),
)
PEOPLE: tuple[Reference, ...] = (
    _move("films", "director_id"),
    _move("person_ids", "person_id"),
    _move_unless_present("person_names", "person_id", "language"),
    _move_unless_present("credits", "person_id", "film_id", "department"),
    _recount("director_counts", "director_id"),
)
"""People cannot be merged yet."""

UNTOUCHED: tuple[Reference, ...] = (
    _keep("audit_entries", "subject_id"),
    _keep("film_redirects", "old_id"),
    _keep("genre_redirects", "old_id"),
    _keep("messages", "text"),
)
"""References without foreign keys. Links in messages lead to the survivor by redirects."""

OF_TABLE: dict[str, tuple[Reference, ...]] = {
    "films": FILMS,
    "genres": GENRES,
    "people": PEOPLE,
}
"""The references to the rows of each table."""
