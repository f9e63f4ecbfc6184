"""Hidden films keep their labels: what was the label `hidden` becomes a column beside the label

The label that a film had before comes from the audit log. Where the log no longer has it, the film
is marked, and whoever shows it again is asked for one.

Processes of an older version know nothing of the new column. The documentation says to stop them
first: they would show the films that are hidden.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BATCH = 5_000
HIDDEN_COUNT = -1


def upgrade() -> None:
    op.add_column("films", sa.Column("hidden_at", sa.BigInteger()))
    op.add_column(
        "films", sa.Column("label_lost", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    label_id = _run_one("SELECT id FROM labels WHERE name = 'hidden'")
    holders = _run_one(
        "SELECT count(*) FROM role_permissions WHERE permission = 'films.view:hidden'"
    )
    if label_id is not None or holders:
        # First: whoever changes labels or roles waits, and processes read both again afterwards.
        _run("UPDATE revisions SET value = value + 1 WHERE name BETWEEN 'access' AND 'catalogue'")
    if label_id is not None:
        _convert(label_id)
    _run("DELETE FROM role_permissions WHERE permission = 'films.view:hidden'")


def _convert(label_id: int) -> None:
    """Hide the films under the label `hidden` by the new column, then delete that label."""
    known = dict(_labels_before(label_id))
    last = _run_one("SELECT max(id) FROM films") or 0
    at = time.time_ns() // 1_000_000
    for first in range(1, last + 1, BATCH):
        _run(
            "UPDATE films SET hidden_at = :at, label_lost = true, label_id = NULL"
            " WHERE id BETWEEN :first AND :last AND label_id = :label",
            at=at,
            first=first,
            last=first + BATCH - 1,
            label=label_id,
        )
    for film_id, before in known.items():
        _run(
            "UPDATE films SET label_id = :label, label_lost = false"
            " WHERE id BETWEEN :id AND :id AND hidden_at IS NOT NULL",
            id=film_id,
            label=before,
        )
    for counts in ("genre_counts", "director_counts"):
        _move_counts(counts, label_id)
    _run("DELETE FROM labels WHERE id = :id", id=label_id)


def _labels_before(label_id: int) -> Iterator[tuple[int, int | None]]:
    """Yield the films whose earlier label the audit log has, with its id (None: no label)."""
    ids = {name: found for found, name in _rows("SELECT id, name FROM labels")}
    told: dict[int, tuple[bool, str | None]] = {}
    entries = _rows(
        "SELECT subject_id, action, details FROM audit_entries"
        " WHERE subject_kind = 'film'"
        " AND action IN ('film_hidden', 'film_labelled', 'film_shown')"
        " AND subject_id IN (SELECT id FROM films WHERE label_id = :label) ORDER BY id",
        label=label_id,
    )
    for film_id, action, written in entries:
        details = json.loads(written)
        if action == "film_hidden":
            told[film_id] = (True, details.get("before"))
            continue
        after = details.get("after", details.get("label"))
        if after != "hidden":
            told[film_id] = (False, after)
        elif told.get(film_id, (True, None))[1]:
            # The command does not record what was before. An entry before it may, but that there
            # was no label is not certain enough: an import may have set one.
            told[film_id] = (True, told[film_id][1])
    for film_id, (hidden, label) in told.items():
        # Otherwise an import has hidden it since, and nobody knows what the label was then.
        if hidden and (label is None or label in ids) and label != "hidden":
            yield film_id, ids.get(label) if label else None


def _move_counts(table: str, label_id: int) -> None:
    _run(
        f"UPDATE {table} SET label_id = :hidden WHERE label_id BETWEEN :label AND :label",
        hidden=HIDDEN_COUNT,
        label=label_id,
    )


def _run_one(sql: str) -> Any:
    return op.get_bind().execute(sa.text(sql)).scalar()


def _rows(sql: str, **given: Any) -> list[Any]:
    return list(op.get_bind().execute(sa.text(sql), given))


def _run(sql: str, **given: Any) -> None:
    op.get_bind().execute(sa.text(sql), given)


def downgrade() -> None:
    raise NotImplementedError("older versions would show the films that are hidden")
