"""Films have a runtime; fields that operators edited are locked; fingerprints have a version

Which fields were edited before comes from the audit log. A field is locked if the film still has
the value that its last edit gave it: otherwise an import has brought another one since. Entries
that the log no longer has lock nothing.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

COLUMNS = ("title", "original_title", "description", "year", "rating", "trailer", "poster")
MEMBERS = {"genres": ("genres", "genre_id"), "directors": ("directors", "director_id")}
UNRECORDED = object()
"""Stands for a value that is too long for the audit log."""


def upgrade() -> None:
    locks = _locks()  # first: what follows keeps others from writing films until the end
    op.create_table(
        "film_locks",
        sa.Column("film_id", ID, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["film_id"], ["films.id"], name=op.f("fk_film_locks_film_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("film_id", "field", name=op.f("pk_film_locks")),
        sqlite_with_rowid=False,
    )
    for film_id, field in locks:
        _rows("INSERT INTO film_locks VALUES (:film_id, :field)", film_id=film_id, field=field)
    op.add_column("films", sa.Column("runtime_minutes", sa.Integer()))
    # What earlier versions stored are fingerprints of the first version.
    op.add_column(
        "films",
        sa.Column("fingerprint_version", sa.SmallInteger(), nullable=False, server_default="1"),
    )


def _locks() -> list[tuple[int, str]]:
    """Return the fields of films that still have what an operator typed."""
    edits: dict[int, dict[str, Any]] = {}
    entries = _rows(
        "SELECT subject_id, details FROM audit_entries WHERE subject_kind = 'film'"
        " AND action = 'film_changed' AND subject_id IS NOT NULL ORDER BY id"
    )
    for film_id, written in entries:
        details = json.loads(written)
        for field in details.get("fields", ()):
            change = details.get(field)
            edits.setdefault(film_id, {})[field] = change[1] if change else UNRECORDED
    return [(film_id, field) for film_id in edits for field in _kept(film_id, edits[film_id])]


def _kept(film_id: int, edited: dict[str, Any]) -> list[str]:
    found = _rows(
        f"SELECT {', '.join(COLUMNS)} FROM films WHERE id = :id AND source <> 'by hand'",
        id=film_id,
    )
    if not found:
        return []
    now = dict(zip(COLUMNS, found[0], strict=True))
    now |= {field: _names(film_id, *tables) for field, tables in MEMBERS.items() if field in edited}
    known = {field for field, value in edited.items() if value is not UNRECORDED}
    kept = [field for field in known if field in now and _key(now[field]) == _key(edited[field])]
    # An import changes all fields at once, so a long one shares the fate of those beside it.
    long = set(edited) - known if kept or not known else set()
    return sorted([*kept, *(long & set(COLUMNS))])


def _names(film_id: int, table: str, column: str) -> list[str]:
    found = _rows(
        f"SELECT named.name FROM {table} AS named JOIN film_{table} AS member"
        f" ON member.{column} = named.id"
        " WHERE member.film_id = :id AND named.id <> 1 ORDER BY member.position",
        id=film_id,
    )
    return [name for (name,) in found]


def _key(value: Any) -> Any:
    # A name that the catalogue has in another case keeps it.
    return [name.casefold() for name in value] if isinstance(value, list) else value


def _rows(sql: str, **given: Any) -> Any:
    result = op.get_bind().execute(sa.text(sql), given)
    return [tuple(row) for row in result] if result.returns_rows else None


def downgrade() -> None:
    raise NotImplementedError("older versions would overwrite what operators edited")
