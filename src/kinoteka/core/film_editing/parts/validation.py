"""Validate the parts of a film that an operator enters.

Public operations: validate_parts.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.parts.model import EDITED_KINDS, PARTS, EditedCredit, EditedParts
from kinoteka.core.imports.formats.country_codes import country_codes
from kinoteka.core.imports.formats.identifiers import id_of
from kinoteka.core.imports.formats.texts import NAME_LIMIT, text_of
from kinoteka.core.imports.formats.values import TITLE_LIMIT
from kinoteka.core.imports.members import DEPARTMENTS, MAX_ROLE_LENGTH
from kinoteka.core.imports.record import TITLE_KINDS, Ids, InvalidValue
from kinoteka.core.text import COMPOSITION_FACTOR, has_excessive_marks, has_visible_character
from kinoteka.database.schema import Department
from kinoteka.errors import field_invalid

MAX_CREDITS = 200
MAX_TITLES = 50
MAX_COUNTRIES = 20
MAX_IDS = 5
"""The number of ids of one kind that a film may have."""
MAX_LANGUAGE_LENGTH = 8
MAX_ID_LENGTH = 300
EDITED_DEPARTMENTS = tuple(
    name for name, value in DEPARTMENTS.items() if value != Department.DIRECTING
)


def validate_parts(entered: Mapping[str, object], before: EditedParts) -> EditedParts:
    """Return the entered parts. Parts that are missing stay as they are in `before`.

    Raises:
        DomainError(FIELD_INVALID)
    """
    rules: dict[str, Callable[[Any], Any]] = {
        "cast": _cast,
        "titles": _titles,
        "countries": _countries,
        "ids": _ids,
    }
    parts = {
        name: rules[name](entered[name]) if name in entered else getattr(before, name)
        for name in PARTS
    }
    return EditedParts(**parts)


def _cast(entered: Any) -> tuple[EditedCredit, ...]:
    found = [
        EditedCredit(
            _one_of("cast", each.department, EDITED_DEPARTMENTS),
            _text("cast", each.person, NAME_LIMIT),
            _text("cast", each.role, MAX_ROLE_LENGTH),
        )
        for each in entered
        if each.person.strip() or each.role.strip()
    ]
    if any(not has_visible_character(each.person) for each in found):
        raise field_invalid("cast", "person_missing")
    found.sort(key=lambda each: DEPARTMENTS[each.department])
    return _limited("cast", found, MAX_CREDITS)


def _titles(entered: Any) -> tuple[FilmTitle, ...]:
    found = [
        FilmTitle(
            _language(each.language),
            _one_of("titles", each.kind, TITLE_KINDS),
            _text("titles", each.title, TITLE_LIMIT),
        )
        for each in entered
        if each.title.strip()
    ]
    if any(not has_visible_character(each.title) for each in found):
        raise field_invalid("titles", "invisible")
    return _limited("titles", dict.fromkeys(found), MAX_TITLES)


def _language(entered: str) -> str:
    code = entered.strip().lower()
    is_code = code.replace("-", "").isalpha() and code.isascii()
    if code and (not is_code or len(code) > MAX_LANGUAGE_LENGTH):
        raise field_invalid("titles", "language")
    return code


def _countries(entered: Any) -> tuple[str, ...]:
    names = [name for name in entered if name.strip()]
    codes = country_codes(names)
    if any(not country_codes([name]) for name in names):
        raise field_invalid("countries", "malformed")
    return _limited("countries", codes, MAX_COUNTRIES)


def _ids(entered: Any) -> Ids:
    found: dict[tuple[str, str], None] = {}
    for kind, text in entered:
        field = _one_of("ids", kind, EDITED_KINDS)
        value = id_of(kind, text.strip()) if len(text) <= MAX_ID_LENGTH else None
        if value is None:
            raise field_invalid(field, "id_malformed")
        found[field, value] = None
    for kind in EDITED_KINDS:
        _limited(kind, [each for each in found if each[0] == kind], MAX_IDS)
    return tuple(sorted(found))


def _one_of(field: str, value: str, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise field_invalid(field, "malformed")
    return value


def _text(field: str, value: str, limit: int) -> str:
    if len(value) > COMPOSITION_FACTOR * limit:
        raise field_invalid(field, "too_long")
    if has_excessive_marks(value) or any("\ud800" <= each <= "\udfff" for each in value):
        raise field_invalid(field, "characters")
    try:
        return text_of(value.strip(), field, limit)
    except InvalidValue as refused:
        reason = "too_long" if refused.reason == "too_long" else "characters"
        raise field_invalid(field, reason) from None


def _limited(field: str, found: Iterable[Any], most: int) -> tuple[Any, ...]:
    values = tuple(found)
    if len(values) > most:
        raise field_invalid(field, "too_many")
    return values
