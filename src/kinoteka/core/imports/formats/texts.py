"""Convert texts, addresses and lists of names.

Every function raises `InvalidValue` if a film cannot have the value. Lists repeat often, so results
are cached.
"""

import ast
import html
import re
from collections.abc import Iterable
from functools import lru_cache
from html.entities import html5
from unicodedata import normalize

import msgspec

from kinoteka.core.imports.formats.numbers import is_no_value
from kinoteka.core.imports.record import InvalidValue, RejectionReason

DESCRIPTION_LIMIT = 20_000
NAME_LIMIT = 200
URL_LIMIT = 2000

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LONGEST_CACHED_LIST = 500
_MOST_CACHED_NAMES = 20


def without_entities(value: object) -> object:
    """Return a text with the characters that HTML entities like `&amp;` stand for."""
    if isinstance(value, str) and "&" in value and ";" in value:
        return _ENTITY.sub(_character, value)
    return value


def _character(entity: re.Match[str]) -> str:
    """Return the character of an entity. `html.unescape` would take `&notes;` for `¬es;`."""
    if entity[0].startswith("&#"):
        return html.unescape(entity[0])
    return html5.get(entity[0][1:], entity[0])


def text_of(value: object, field: str, limit: int) -> str:
    """Return a text trimmed, single-spaced and in NFC. Return "" for an empty value.

    Remove control characters, but raise for a NUL, because it indicates a damaged file.
    """
    if not value:
        return ""
    if not isinstance(value, str):
        value = _written(value, field)
    # The only printable white space is the plain space, so most texts need no closer look.
    plain = value.isprintable() and "  " not in value
    text = value.strip() if plain else _collapsed(value, field)
    if not text.isascii():
        text = normalize("NFC", text)
    if len(text) > limit:
        raise InvalidValue(RejectionReason.TOO_LONG, f"{field}: {len(text)} characters of {limit}")
    return text


def url_of(value: object, field: str) -> str | None:
    """Return an http(s) address, or None for an empty value."""
    if not value or is_no_value(value):
        return None
    url = text_of(without_entities(value), field, URL_LIMIT)
    if not url:
        return None
    if not url[:8].lower().startswith(("http://", "https://")) or " " in url:
        raise InvalidValue(RejectionReason.URL_INVALID, f"{field}: {url[:100]}")
    return url


def names_of(value: object, field: str) -> tuple[str, ...]:
    """Return names in order, without duplicates.

    A list contains texts or objects with a `name`. A cell contains a list as JSON (or as a Python
    literal), or names separated by `|`, else `;`, else commas. A tuple is a result of this function
    and is returned unchanged.
    """
    if not value:
        return ()
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        if len(value) > _LONGEST_CACHED_LIST:
            return _names_in(value, field)
        return _cached_names_in(value, field)
    if isinstance(value, list):
        names = tuple(value)
        if len(names) > _MOST_CACHED_NAMES:
            return _cleaned(names, field)
        return _cleaned_from_cache(names, field)
    raise InvalidValue(RejectionReason.LIST_INVALID, field)


def _written(value: object, field: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(RejectionReason.TYPE_INVALID, f"{field}: a text was expected")
    return str(value)


def _collapsed(value: str, field: str) -> str:
    if "\0" in value:
        raise InvalidValue(RejectionReason.NUL_CHARACTER, field)
    if any("\ud800" <= character <= "\udfff" for character in value):  # a lone surrogate
        raise InvalidValue(RejectionReason.ENCODING_INVALID, field)
    collapsed = " ".join(value.split())
    if collapsed.isprintable():
        return collapsed
    return " ".join(collapsed.translate(_CONTROLS).split())  # a removed character may leave spaces


def _names_in(text: str, field: str) -> tuple[str, ...]:
    stripped = text.strip()
    if is_no_value(stripped):
        return ()
    if stripped.startswith("["):
        return _cleaned(_list_in(stripped, field), field)
    for separator in "|;":
        if separator in stripped:
            return _cleaned(stripped.split(separator), field)
    return _cleaned(stripped.split(","), field)


_cached_names_in = lru_cache(maxsize=8192)(_names_in)


def _list_in(text: str, field: str) -> list[object]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        found = _python_list(text)
    if not isinstance(found, list):
        raise InvalidValue(RejectionReason.LIST_INVALID, f"{field}: {text[:100]}")
    return found


def _python_list(text: str) -> object:
    if len(text) > DESCRIPTION_LIMIT:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _cleaned(items: Iterable[object], field: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for item in items:
        value = item.get("name") if isinstance(item, dict) else item
        if value is not None and not isinstance(value, str):
            raise InvalidValue(RejectionReason.LIST_INVALID, f"{field}: a name was expected")
        name = text_of(without_entities(value), field, NAME_LIMIT)
        if name:
            names[name] = None
    return tuple(names)


_cached_cleaned = lru_cache(maxsize=8192)(_cleaned)


def _cleaned_from_cache(items: tuple[object, ...], field: str) -> tuple[str, ...]:
    try:
        return _cached_cleaned(items, field)
    except TypeError:  # dicts are not hashable
        return _cleaned(items, field)
