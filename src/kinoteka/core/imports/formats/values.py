"""Convert raw values (texts of cells, values of JSON) into the fields of a film.

Every function takes a value as the file has it, and raises `InvalidValue` if a film cannot have it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from kinoteka.core.imports.formats.numbers import (
    is_no_value,
    rating_of,
    runtime_of,
    votes_of,
    year_of,
)
from kinoteka.core.imports.formats.texts import (
    DESCRIPTION_LIMIT,
    NAME_LIMIT,
    URL_LIMIT,
    names_of,
    text_of,
    url_of,
    without_entities,
)
from kinoteka.core.imports.record import (
    Credit,
    FilmRecord,
    Ids,
    InvalidValue,
    RejectionReason,
)
from kinoteka.core.text import has_visible_character

TITLE_LIMIT = 500
ID_LIMIT = 300

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


class Occurrences:
    """Distinguishes films with the same key within one file: the second becomes `key #2`.

    It stores 64-bit hashes instead of keys, so a million keys take about 100 MB.
    """

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._further: dict[int, list[int]] = {}
        self._counts: dict[int, int] = {}

    def numbered(self, key: str) -> str:
        """Return the key. From its second occurrence on, append its number."""
        key_hash = hash(key)
        if key_hash not in self._first:
            self._first[key_hash] = 0
            return key
        count = self._counts[key_hash] = self._counts.get(key_hash, 1) + 1
        return f"{key} #{count}"

    def of_film(self, key: str, directors: tuple[str, ...]) -> str:
        """Return the key of a film. Append a number if a row before names other directors.

        Rows with the same key and directors, or without directors, repeat one film.
        """
        key_hash, wanted = hash(key), hash(directors) if directors else 0
        first = self._first.setdefault(key_hash, wanted)
        if not wanted or not first or first == wanted:
            if wanted and not first:
                self._first[key_hash] = wanted
            return key
        further = self._further.setdefault(key_hash, [])
        if wanted not in further:
            further.append(wanted)
        return f"{key} #{further.index(wanted) + 2}"


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

    Texts like `N/A` stand for no value, except in a title. 0 votes mean that there is no rating.
    `ids` has the ids of kinds other than imdb and tmdb. A film without an external id gets one
    from its title and year; `occurrences` distinguishes films of other directors. Raise
    `InvalidValue` for the first invalid value.
    """
    clean_title = title_of(title)
    original = None
    if original_title != title and not is_no_value(original_title):
        original = text_of(without_entities(original_title), "original_title", TITLE_LIMIT)
    clean_year = year_of(year)
    clean_votes = votes_of(votes)
    directors = names_of(directors, "directors") if directors else ()
    identifier = text_of(external_id, "id", ID_LIMIT)
    if is_no_value(identifier):
        identifier = f"{clean_title.casefold()} ({clean_year or ''})"
        if occurrences:
            identifier = occurrences.of_film(identifier, directors)
    if tmdb_id is not None:
        ids = (("tmdb", str(tmdb_id)), *ids)
    if imdb_id is not None:
        ids = (("imdb", imdb_id), *ids)
    return FilmRecord(
        external_id=identifier,
        title=clean_title,
        original_title=original if original and original != clean_title else None,
        description=_description(description) if description else "",
        year=clean_year,
        rating=rating_of(rating) if clean_votes or is_no_value(votes) else None,
        runtime_minutes=runtime_of(runtime_minutes) if runtime_minutes else None,
        trailer=url_of(trailer, "trailer") if trailer else None,
        poster=url_of(poster, "poster") if poster else None,
        genres=names_of(genres, "genres") if genres else (),
        directors=directors,
        votes=clean_votes,
        imdb_id=imdb_id,
        tmdb_id=tmdb_id,
        ids=ids,
        titles=titles,
        countries=countries,
        credits=credits,
    )


def title_of(value: object) -> str:
    r"""Return a title. Raise `InvalidValue` TITLE_MISSING if it is empty, invisible or `\N`."""
    if isinstance(value, str) and "&" in value:
        value = without_entities(value)
    title = text_of(value, "title", TITLE_LIMIT)
    if title in ("", r"\N") or not (title.isascii() or has_visible_character(title)):
        raise InvalidValue(RejectionReason.TITLE_MISSING, "")
    return title


def _description(value: object) -> str:
    if is_no_value(value):
        return ""
    return text_of(without_entities(value), "description", DESCRIPTION_LIMIT)


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
