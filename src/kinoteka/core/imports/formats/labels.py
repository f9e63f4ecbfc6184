"""Labels of films in tables."""

from kinoteka.core.access.model import is_reserved_label
from kinoteka.core.imports.label_rules import HIDDEN_NOT_ASSIGNABLE, Columns, LabelRules
from kinoteka.core.imports.record import FilmRecord, InvalidValue, RejectionReason


def labelled(
    film: FilmRecord, labels: LabelRules, row: Columns, named_label: str | None
) -> FilmRecord:
    """Return the film with the label that the rules assign.

    Raises:
        InvalidValue: the row itself says that the film is hidden, and no rule says otherwise. To
            ignore that would show the film to everybody.
    """
    if labels:
        film = labels.apply(film, row)
    if film.label is None and named_label and is_reserved_label(str(row[named_label])):
        raise InvalidValue(RejectionReason.LABEL_INVALID, HIDDEN_NOT_ASSIGNABLE)
    return film
