"""Visibility: which films a viewer may see. This is the only definition, on both engines.

A viewer either sees every film (operators) or has the labels that its roles grant. That viewer
sees a film that is not hidden and has no label or one of the viewer's. A hidden film keeps its
label, and no label makes it visible.

The rule exists in four forms, one for each way in which films are read:

- `VISIBLE`: a condition on the table `films`, for statements.
- `is_visible_count`: the same for the counts of films of a genre or a director.
- `SEARCHES`: the same for the full-text index of each engine.
- `is_open`: whether every viewer sees a film, by the values of its row.

A test checks every statement that reads films, and another compares the forms.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    false,
    literal,
    or_,
    select,
    union,
)

from kinoteka.database.schema import films
from kinoteka.database.statement import in_list

Labels = Collection[int] | None
"""The ids of the labels whose films a viewer sees. None: the viewer sees every film."""


def visible_to(labels: Labels) -> dict[str, Any]:
    """Return the parameters of `VISIBLE` and `is_visible_count` for a viewer."""
    return {"every": labels is None, "labels": list(labels or ())}


# `every` comes first, so that operators' statements do not evaluate the rest.
_EVERY = bindparam("every") != false()
_LABELS: BindParameter[Any] = bindparam("labels")

VISIBLE: ColumnElement[bool] = or_(
    _EVERY,
    and_(
        films.c.hidden_at.is_(None),
        or_(films.c.label_id.is_(None), in_list(films.c.label_id, _LABELS)),
    ),
)
"""Selects the films that the viewer sees. The parameters are those of `visible_to`."""

NO_LABEL_COUNT = 0
HIDDEN_COUNT = -1
"""The label ids under which films without a label and hidden films are counted."""


def counted_under(label_id: int | None, *, hidden: bool) -> int:
    """Return the label id under which a film is counted."""
    if hidden:
        return HIDDEN_COUNT
    return NO_LABEL_COUNT if label_id is None else label_id


# UNION ALL would return the same rows. With UNION, the plan starts at the few labelled or hidden
# films and not at every film of every genre.
COUNTED = union(
    select(films.c.id, films.c.label_id).where(
        films.c.label_id.is_not(None), films.c.hidden_at.is_(None)
    ),
    select(films.c.id, literal(HIDDEN_COUNT, BigInteger())).where(films.c.hidden_at.is_not(None)),
)
"""The films that only some viewers see, with the label ids under which they are counted."""


def is_visible_count(counted: ColumnElement[Any]) -> ColumnElement[bool]:
    """Select the counts of films that the viewer sees. `counted` is a count's `label_id`."""
    return or_(_EVERY, counted == NO_LABEL_COUNT, in_list(counted, _LABELS))


def is_open(label_id: int | None, hidden_at: int | None) -> bool:
    """Return whether every viewer sees a film."""
    return label_id is None and hidden_at is None


def sees_label(labels: Labels, label_id: int) -> bool:
    """Return whether a viewer sees the films with a label, except the hidden ones."""
    return labels is None or label_id in labels


@dataclass(frozen=True, slots=True)
class SearchVisibility:
    """The rule in the SQL of one engine's full-text index.

    The index does not know labels. Instead of reading each match's row, a search excludes matches
    that are in one of two small indexes: of films under labels that the viewer does not have, and
    of hidden films.

    `excluded_labels` selects the labels with films that a viewer with the labels of its parameter
    does not see. `any_hidden` tells whether any film is hidden. `visible` is the condition on a
    match.
    """

    excluded_labels: str
    any_hidden: str
    visible: str

    def excluded(
        self, labels: Labels, fetch: Callable[[str, list[list[int]]], Sequence[Sequence[Any]]]
    ) -> list[int] | None:
        """Return the labels to exclude from a search, or None if the viewer sees every film.

        `fetch` runs a statement with these parameters.
        """
        if labels is None:
            return None
        excluded = [label_id for (label_id,) in fetch(self.excluded_labels, [list(labels)])]
        return excluded if excluded or fetch(self.any_hidden, [])[0][0] else None


_ANY_HIDDEN = "SELECT EXISTS (SELECT 1 FROM films WHERE hidden_at IS NOT NULL)"

SEARCHES = {
    "sqlite": SearchVisibility(
        """
SELECT id FROM labels WHERE id NOT IN (SELECT value FROM json_each(?))
AND EXISTS (SELECT 1 FROM films WHERE label_id = labels.id)
""",
        # With statistics and no hidden film, SQLite would read all films.
        _ANY_HIDDEN.replace("films", "films INDEXED BY ix_films_hidden"),
        """NOT EXISTS (
    SELECT 1 FROM films INDEXED BY ix_films_label_id_id_hidden_at
    WHERE label_id IN (SELECT value FROM json_each(:excluded))
    AND films.id = search_titles.rowid & :film_id)
AND NOT EXISTS (
    SELECT 1 FROM films INDEXED BY ix_films_hidden
    WHERE hidden_at IS NOT NULL AND films.id = search_titles.rowid & :film_id)""",
    ),
    # OFFSET keeps the planner from listing all films that have a label or are hidden first.
    "postgresql": SearchVisibility(
        """
SELECT id FROM labels WHERE id <> ALL ($1::BIGINT[])
AND EXISTS (SELECT 1 FROM films WHERE label_id = labels.id)
""",
        _ANY_HIDDEN,
        """NOT EXISTS (
    SELECT 1 FROM films WHERE label_id = ANY ($4::BIGINT[]) AND films.id = best.film_id OFFSET 0)
AND NOT EXISTS (
    SELECT 1 FROM films WHERE hidden_at IS NOT NULL AND films.id = best.film_id OFFSET 0)""",
    ),
}
