"""What somebody types about a film, held against the rules of imports.

Public operations: checked.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from kinoteka.core.editing.model import FilmFields
from kinoteka.core.imports.formats import values
from kinoteka.core.imports.names import UNKNOWN, name_key
from kinoteka.core.imports.record import Reason, ValueRefused
from kinoteka.core.text import COMPOSED_MOST, has_heaps_of_marks, has_visible_character
from kinoteka.errors import field_invalid

T = TypeVar("T")

NAMES_MOST = 50
"""How many genres, or directors, somebody may give a film."""

REASONS = {
    Reason.TOO_LONG: "too_long",
    Reason.NUL_CHARACTER: "characters",
    Reason.URL_INVALID: "address",
    Reason.YEAR_INVALID: "year",
    Reason.RATING_INVALID: "rating",
}
LONGEST = {
    "title": values.TITLE_LIMIT,
    "original_title": values.TITLE_LIMIT,
    "description": values.DESCRIPTION_LIMIT,
    "trailer": values.URL_LIMIT,
    "poster": values.URL_LIMIT,
}


def checked(fields: FilmFields) -> FilmFields:
    """The fields as an import would store them.

    Raises:
        DomainError(FIELD_INVALID)
    """
    title = _text(fields, "title")
    if not title:
        raise field_invalid("title", "empty")
    if not has_visible_character(title):
        raise field_invalid("title", "invisible")
    original = _text(fields, "original_title")
    return FilmFields(
        title=title,
        original_title=original if original and original != title else None,
        description=_text(fields, "description"),
        year=_asked("year", values.year_of, fields.year),
        rating=_asked("rating", values.rating_of, fields.rating),
        trailer=_address(fields, "trailer"),
        poster=_address(fields, "poster"),
        genres=_names("genres", fields.genres),
        directors=_names("directors", fields.directors),
    )


def _text(fields: FilmFields, name: str) -> str:
    written = getattr(fields, name) or ""
    _check_raw(name, written, LONGEST[name])
    return _asked(name, values.text_of, written, name, LONGEST[name])


def _address(fields: FilmFields, name: str) -> str | None:
    written = getattr(fields, name) or ""
    _check_raw(name, written, LONGEST[name])
    return _asked(name, values.url_of, written.strip(), name)


def _names(field: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Each name once, by the rules of comparing them; the first spelling counts."""
    if len(names) > NAMES_MOST:
        raise field_invalid(field, "too_many")
    for name in names:
        _check_raw(field, name, values.NAME_LIMIT)
    cleaned = _asked(field, values.names_of, list(names), field)
    by_key: dict[str, str] = {}
    for name in cleaned:
        by_key.setdefault(name_key(name), name)
    by_key.pop(name_key(UNKNOWN), None)  # what a film without any has
    return tuple(by_key.values())


def _check_raw(field: str, text: str, longest: int) -> None:
    # Before anything is composed: see `has_heaps_of_marks`.
    if len(text) > COMPOSED_MOST * longest:
        raise field_invalid(field, "too_long")
    if has_heaps_of_marks(text) or _has_lone_surrogates(text):
        raise field_invalid(field, "characters")


def _has_lone_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _asked(field: str, rule: Callable[..., T], *given: Any) -> T:
    try:
        return rule(*given)
    except ValueRefused as refused:
        raise field_invalid(field, REASONS.get(refused.reason, "malformed")) from None
