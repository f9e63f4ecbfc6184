"""Convert raw values (texts of cells, values of JSON) into the fields of a film.

Every function takes a value as the file has it, and raises `InvalidValue` if a film cannot have it.
Texts of years, ratings and genres repeat often, so their results are cached.
"""

import ast
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any
from unicodedata import normalize

import msgspec

from kinoteka.core.imports.record import (
    Credit,
    FilmRecord,
    Ids,
    InvalidValue,
    RejectionReason,
)
from kinoteka.core.text import has_visible_character

TITLE_LIMIT = 500
DESCRIPTION_LIMIT = 20_000
NAME_LIMIT = 200
ID_LIMIT = 300
URL_LIMIT = 2000
FIRST_YEAR, LAST_YEAR = 1870, 2100
MAX_VOTES = 2**31 - 1
MAX_RUNTIME_MINUTES = 60_000
"""In minutes. The longest known film, Logistics (2012), runs for 51,420 minutes (35 days)."""

LIMITS = {
    "title": TITLE_LIMIT,
    "original_title": TITLE_LIMIT,
    "description": DESCRIPTION_LIMIT,
    "trailer": URL_LIMIT,
    "poster": URL_LIMIT,
    "genres": NAME_LIMIT,
    "directors": NAME_LIMIT,
}
"""How many characters a text, or each name in a list, may have."""

_NOTHING = frozenset({"", "\\N", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None"})
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_RUNTIME = re.compile(
    r"(?:(?P<hours>\d+) ?h(?:ours?|rs?)?\.?)? ?"
    r"(?:(?P<minutes>\d+)(?:\.0+)? ?(?:m(?:in(?:ute)?s?)?\.?)?)?"
    r"|(?P<h>\d+):(?P<m>[0-5]\d):[0-5]\d",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 40
_LONGEST_CACHED_LIST = 500
_MOST_CACHED_NAMES = 20


class Occurrences:
    """Distinguishes films with the same key within one file: the second becomes `key #2`.

    It stores a 64-bit hash of each key instead of the key, so a million keys take 65 MB.
    """

    def __init__(self) -> None:
        self._key_hashes: set[int] = set()
        self._counts: dict[int, int] = {}

    def numbered(self, key: str) -> str:
        """Return the key. From its second occurrence on, append its number."""
        key_hash = hash(key)
        if key_hash not in self._key_hashes:
            self._key_hashes.add(key_hash)
            return key
        count = self._counts[key_hash] = self._counts.get(key_hash, 1) + 1
        return f"{key} #{count}"


def film(
    external_id: object,
    title: object,
    original_title: object = None,
    year: object = None,
    description: object = None,
    rating: object = None,
    votes: object = None,
    trailer: object = None,
    poster: object = None,
    genres: object = None,
    directors: object = None,
    runtime_minutes: object = None,
    *,
    imdb_id: str | None = None,
    tmdb_id: int | None = None,
    ids: Ids = (),
    titles: tuple[tuple[str, str, str], ...] = (),
    countries: tuple[str, ...] = (),
    credits: tuple[Credit, ...] = (),  # noqa: A002 - the field of a record
    occurrences: Occurrences | None = None,
) -> FilmRecord:
    """Return a film from raw values. Values of the parameters by name must be valid already.

    `ids` has the ids of kinds other than imdb and tmdb.
    A film without an external id gets one from its title and year, numbered by `occurrences`.
    Raise `InvalidValue` for the first invalid value.
    """
    clean_title = text_of(title, "title", TITLE_LIMIT)
    if not (clean_title and (clean_title.isascii() or has_visible_character(clean_title))):
        raise InvalidValue(RejectionReason.TITLE_MISSING, "")
    original = None
    if original_title and original_title != title:
        original = text_of(original_title, "original_title", TITLE_LIMIT)
    clean_year = year_of(year)
    identifier = text_of(external_id, "id", ID_LIMIT)
    if not identifier:
        identifier = f"{clean_title.casefold()} ({clean_year or ''})"
        if occurrences:
            identifier = occurrences.numbered(identifier)
    if tmdb_id is not None:
        ids = (("tmdb", str(tmdb_id)), *ids)
    if imdb_id is not None:
        ids = (("imdb", imdb_id), *ids)
    return FilmRecord(
        external_id=identifier,
        title=clean_title,
        original_title=original if original and original != clean_title else None,
        description=text_of(description, "description", DESCRIPTION_LIMIT) if description else "",
        year=clean_year,
        rating=rating_of(rating),
        runtime_minutes=runtime_of(runtime_minutes) if runtime_minutes else None,
        trailer=url_of(trailer, "trailer") if trailer else None,
        poster=url_of(poster, "poster") if poster else None,
        genres=names_of(genres, "genres") if genres else (),
        directors=names_of(directors, "directors") if directors else (),
        votes=votes_of(votes),
        imdb_id=imdb_id,
        tmdb_id=tmdb_id,
        ids=ids,
        titles=titles,
        countries=countries,
        credits=credits,
    )


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


def year_of(value: object) -> int | None:
    """Return the year from a number, or from a date with a four-digit year. Empty: None."""
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER:
            raise InvalidValue(RejectionReason.YEAR_INVALID, value[:_LONGEST_NUMBER])
        return _year_in(value)
    if type(value) is int:
        return _year_within(value, str(value))
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise InvalidValue(RejectionReason.YEAR_INVALID, str(value)[:_LONGEST_NUMBER])
    return _year_within(int(value), str(value))


def rating_of(value: object) -> float | None:
    """Return a rating from 0 to 10. Accept a decimal comma. Return None for an empty value."""
    if type(value) is float and 0 <= value <= 10:
        return value
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER:
            raise InvalidValue(RejectionReason.RATING_INVALID, value[:_LONGEST_NUMBER])
        return _rating_in(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
        raise InvalidValue(RejectionReason.RATING_INVALID, str(value)[:_LONGEST_NUMBER])
    return float(value)


def votes_of(value: object) -> int:
    """Return a number of votes. Accept commas between thousands. Return 0 for an empty value."""
    if not value:
        return 0
    if type(value) is int and 0 < value <= MAX_VOTES:
        return value
    if isinstance(value, str):
        written = value.strip()
        if written in _NOTHING:
            return 0
        try:
            value = float(written.replace(",", ""))
        except ValueError:
            raise InvalidValue(RejectionReason.VOTES_INVALID, written[:_LONGEST_NUMBER]) from None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= MAX_VOTES
        or value != int(value)
    ):
        raise InvalidValue(RejectionReason.VOTES_INVALID, str(value)[:_LONGEST_NUMBER])
    return int(value)


def runtime_of(value: object) -> int | None:
    """Return a runtime in minutes. Return None for an empty value and for 0.

    A text may be "136", "136 min", "2 h 16 min" or "2:16:00".
    """
    if isinstance(value, str):
        return _runtime_in(value[:_LONGEST_NUMBER])
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise _invalid_runtime(str(value))
    return _runtime_within(int(value), str(value))


def url_of(value: object, field: str) -> str | None:
    """Return an http(s) address, or None for an empty value."""
    if not value:
        return None
    url = text_of(value, field, URL_LIMIT)
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


RULES: dict[str, Callable[[Any], Any]] = {
    "title": partial(text_of, field="title", limit=TITLE_LIMIT),
    "original_title": partial(text_of, field="original_title", limit=TITLE_LIMIT),
    "description": partial(text_of, field="description", limit=DESCRIPTION_LIMIT),
    "year": year_of,
    "rating": rating_of,
    "runtime_minutes": runtime_of,
    "trailer": partial(url_of, field="trailer"),
    "poster": partial(url_of, field="poster"),
    "genres": partial(names_of, field="genres"),
    "directors": partial(names_of, field="directors"),
}
"""The function that converts a raw value into each field, for imports and operators' edits."""


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


@lru_cache(maxsize=8192)
def _year_in(text: str) -> int | None:
    stripped = text.strip()
    if stripped in _NOTHING:
        return None
    found = _FOUR_DIGITS.search(stripped)
    if not found:
        raise InvalidValue(RejectionReason.YEAR_INVALID, text)
    return _year_within(int(found[0]), text)


def _year_within(year: int, written: str) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidValue(RejectionReason.YEAR_INVALID, written[:_LONGEST_NUMBER])
    return year


@lru_cache(maxsize=8192)
def _rating_in(text: str) -> float | None:
    stripped = text.strip()
    if stripped in _NOTHING:
        return None
    try:
        rating = float(stripped.replace(",", "."))
    except ValueError:
        raise InvalidValue(RejectionReason.RATING_INVALID, text) from None
    if not 0 <= rating <= 10:
        raise InvalidValue(RejectionReason.RATING_INVALID, text)
    return rating


@lru_cache(maxsize=8192)
def _runtime_in(text: str) -> int | None:
    stripped = text.strip()
    if stripped in _NOTHING:
        return None
    found = _RUNTIME.fullmatch(stripped)
    if not found:
        raise _invalid_runtime(text)
    hours, minutes = found["hours"] or found["h"] or 0, found["minutes"] or found["m"] or 0
    total = 60 * int(hours) + int(minutes)
    return _runtime_within(total, text) if total else None


def _runtime_within(minutes: int, written: str) -> int:
    if not 1 <= minutes <= MAX_RUNTIME_MINUTES:
        raise _invalid_runtime(written)
    return minutes


def _invalid_runtime(written: str) -> InvalidValue:
    return InvalidValue(
        RejectionReason.NUMBER_INVALID, f"runtime_minutes: {written[:_LONGEST_NUMBER]}"
    )


def _names_in(text: str, field: str) -> tuple[str, ...]:
    stripped = text.strip()
    if stripped in _NOTHING:
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
        name = text_of(value, field, NAME_LIMIT)
        if name:
            names[name] = None
    return tuple(names)


_cached_cleaned = lru_cache(maxsize=8192)(_cleaned)


def _cleaned_from_cache(items: tuple[object, ...], field: str) -> tuple[str, ...]:
    try:
        return _cached_cleaned(items, field)
    except TypeError:  # dicts are not hashable
        return _cleaned(items, field)
