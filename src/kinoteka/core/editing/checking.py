"""Check what an operator types about a film by the rules of imports.

Public operations: checked.
"""

from collections.abc import Mapping
from typing import Any

from kinoteka.core.catalogue.model import FIELDS, FilmFields
from kinoteka.core.imports.formats import values
from kinoteka.core.imports.names import UNKNOWN, name_key
from kinoteka.core.imports.record import InvalidValue, RejectionReason
from kinoteka.core.text import COMPOSITION_FACTOR, has_excessive_marks, has_visible_character
from kinoteka.errors import field_invalid

NAMES_MOST = 50
"""How many genres, or directors, an operator may give a film."""

REASONS = {
    RejectionReason.TOO_LONG: "too_long",
    RejectionReason.NUL_CHARACTER: "characters",
    RejectionReason.URL_INVALID: "address",
    RejectionReason.YEAR_INVALID: "year",
    RejectionReason.RATING_INVALID: "rating",
    RejectionReason.NUMBER_INVALID: "number",
}


def checked(typed: Mapping[str, object]) -> FilmFields:
    """Return what was typed as an import would store it. A field that is not typed is empty.

    Raises:
        DomainError(FIELD_INVALID)
    """
    fields = {name: _checked(name, typed.get(name)) for name in FIELDS}
    title = fields["title"]
    if not title:
        raise field_invalid("title", "empty")
    if not has_visible_character(title):
        raise field_invalid("title", "invisible")
    if fields["original_title"] in ("", title):
        fields["original_title"] = None
    return FilmFields(**fields)


def _checked(name: str, value: object) -> Any:
    if isinstance(value, tuple):
        return _names(name, value)
    if isinstance(value, str):
        value = value.strip()
        if name in values.LIMITS:
            _check_raw(name, value, values.LIMITS[name])
    return _apply(name, value)


def _names(field: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return each name once, by the rules of comparing them; the first spelling counts."""
    if len(names) > NAMES_MOST:
        raise field_invalid(field, "too_many")
    for name in names:
        _check_raw(field, name, values.LIMITS[field])
    by_key: dict[str, str] = {}
    for name in _apply(field, list(names)):
        by_key.setdefault(name_key(name), name)
    by_key.pop(name_key(UNKNOWN), None)  # a film without any has it
    return tuple(by_key.values())


def _check_raw(field: str, text: str, longest: int) -> None:
    # Before Unicode composition: see `has_excessive_marks`.
    if len(text) > COMPOSITION_FACTOR * longest:
        raise field_invalid(field, "too_long")
    if has_excessive_marks(text) or _has_lone_surrogates(text):
        raise field_invalid(field, "characters")


def _has_lone_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _apply(field: str, value: object) -> Any:
    try:
        return values.RULES[field](value)
    except InvalidValue as refused:
        raise field_invalid(field, REASONS.get(refused.reason, "malformed")) from None
