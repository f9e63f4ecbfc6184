"""Validate the fields of a film that an operator enters, by the rules of imports.

Public operations: validate.
"""

from collections.abc import Mapping
from typing import Any

from kinoteka.core.catalogue.model import FIELDS, FilmFields
from kinoteka.core.imports.formats import values
from kinoteka.core.imports.names import UNKNOWN, name_key
from kinoteka.core.imports.record import InvalidValue, RejectionReason
from kinoteka.core.text import COMPOSITION_FACTOR, has_excessive_marks, has_visible_character
from kinoteka.errors import field_invalid

MAX_NAMES = 50
"""The number of genres, and of directors, that a film may have."""

REASONS = {
    RejectionReason.TOO_LONG: "too_long",
    RejectionReason.NUL_CHARACTER: "characters",
    RejectionReason.URL_INVALID: "address",
    RejectionReason.YEAR_INVALID: "year",
    RejectionReason.RATING_INVALID: "rating",
    RejectionReason.NUMBER_INVALID: "number",
}


def validate(entered: Mapping[str, object]) -> FilmFields:
    """Return the entered fields as an import would store them. Missing fields are empty.

    Raises:
        DomainError(FIELD_INVALID)
    """
    fields = {name: _validate_field(name, entered.get(name)) for name in FIELDS}
    title = fields["title"]
    if not title:
        raise field_invalid("title", "empty")
    if not has_visible_character(title):
        raise field_invalid("title", "invisible")
    if fields["original_title"] in ("", title):
        fields["original_title"] = None
    return FilmFields(**fields)


def _validate_field(name: str, value: object) -> Any:
    if isinstance(value, tuple):
        return _unique_names(name, value)
    if isinstance(value, str):
        value = value.strip()
        if name in values.LIMITS:
            _check_raw(name, value, values.LIMITS[name])
    return _apply(name, value)


def _unique_names(field: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return each name once, in its first spelling. Names with the same key are equal."""
    if len(names) > MAX_NAMES:
        raise field_invalid(field, "too_many")
    for name in names:
        _check_raw(field, name, values.LIMITS[field])
    by_key: dict[str, str] = {}
    for name in _apply(field, list(names)):
        by_key.setdefault(name_key(name), name)
    by_key.pop(name_key(UNKNOWN), None)  # Films without names have it anyway.
    return tuple(by_key.values())


def _check_raw(field: str, text: str, longest: int) -> None:
    # This runs before Unicode composition; see `has_excessive_marks`.
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
