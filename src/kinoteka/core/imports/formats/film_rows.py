"""Build films from the rows of a table by its plan."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from kinoteka.core.imports.formats import values
from kinoteka.core.imports.formats.country_codes import country_codes
from kinoteka.core.imports.formats.identifiers import id_of, id_of_page, unique_ids
from kinoteka.core.imports.formats.kinds import kind_of
from kinoteka.core.imports.formats.mapping import FIELDS, TITLE_PREFIX
from kinoteka.core.imports.formats.numbers import MAX_RATING, is_no_value, rating_of, votes_of
from kinoteka.core.imports.formats.plan import TablePlan
from kinoteka.core.imports.formats.texts import names_of, text_of, without_entities
from kinoteka.core.imports.formats.titles import split_title
from kinoteka.core.imports.readers import Progress, ReadOptions
from kinoteka.core.imports.record import Credit, FilmRecord, Ids

MAX_CREDITS = 15
MAX_TITLES = 8
"""How many credits and further titles a film has at most."""

Get = Callable[[str], object]
"""Returns the raw value of a further field of a row."""
Titles = tuple[tuple[str, str, str], ...]


class Lists(msgspec.Struct, frozen=True):
    """Values of a film that a format has beside its columns."""

    ids: Ids = ()
    titles: Titles = ()
    countries: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()


NO_LISTS = Lists()

_TITLE, _ORIGINAL, _YEAR = (FIELDS.index(name) for name in ("title", "original_title", "year"))
_RATING, _VOTES = FIELDS.index("rating"), FIELDS.index("votes")
_DIRECTORS = FIELDS.index("directors")
_SITES = ("imdb", "tmdb", "kinopoisk", "wikidata", "movielens", "letterboxd")


class FilmBuilder:
    """Builds the films of one table."""

    def __init__(self, plan: TablePlan, options: ReadOptions, progress: Progress) -> None:
        recognition = plan.recognition
        self._progress = progress
        self._kinds = options.kinds
        self._scale = recognition.scale
        self._thousands = recognition.thousands
        self._turned = recognition.turned_titles
        self._has_votes = plan.column("votes") is not None
        self._further = frozenset(plan.further)
        self._titles = [field for field in plan.further if field.startswith(TITLE_PREFIX)]
        self._converts = self._scale != MAX_RATING or self._thousands is not None or self._turned

    def film(
        self,
        raw: Sequence[object],
        get: Get,
        occurrences: values.Occurrences,
        lists: Lists = NO_LISTS,
    ) -> FilmRecord | None:
        """Return the film of a row whose values are in the order of FIELDS.

        Return None and count the row if it is not of a kind that is imported. Raise `InvalidValue`
        for the first invalid value.
        """
        if "kind" in self._further and self._is_skipped(get("kind")):
            return None
        titles: Titles = ()
        if self._converts:
            raw, titles = self._converted([*raw])
        if not self._further and lists is NO_LISTS:
            return values.film(*raw, titles=titles, occurrences=occurrences)
        ids = dict(unique_ids((*lists.ids, *self._ids(get))))
        imdb_id, tmdb_id = ids.pop("imdb", None), ids.pop("tmdb", None)
        return values.film(
            *raw,
            imdb_id=imdb_id,
            tmdb_id=int(tmdb_id) if tmdb_id else None,
            ids=tuple(ids.items()),
            titles=(*self._translations(get), *titles, *lists.titles)[:MAX_TITLES],
            countries=lists.countries or self._countries(get),
            credits=lists.credits or self._credits(raw[_DIRECTORS], get),
            occurrences=occurrences,
        )

    def _is_skipped(self, value: object) -> bool:
        kind = kind_of(value)
        if kind is None or kind in self._kinds:
            return False
        self._progress.skipped[kind] += 1
        return True

    def _converted(self, raw: list[object]) -> tuple[list[object], Titles]:
        titles: Titles = ()
        if self._scale != MAX_RATING:
            raw[_RATING] = rating_of(raw[_RATING], self._scale)
        if self._thousands and not is_no_value(raw[_VOTES]):
            raw[_VOTES] = votes_of(raw[_VOTES], self._thousands)
        if self._turned:
            written = text_of(without_entities(raw[_TITLE]), "title", values.TITLE_LIMIT)
            raw[_TITLE], other, year = split_title(written)
            if is_no_value(raw[_YEAR]):
                raw[_YEAR] = year
            if other:
                titles = (("", "alternative", other),)
                raw[_ORIGINAL] = other if is_no_value(raw[_ORIGINAL]) else raw[_ORIGINAL]
        return raw, titles

    def _ids(self, get: Get) -> Ids:
        found = [
            (kind, id_of(kind, get(f"{kind}_id")))
            for kind in _SITES
            if f"{kind}_id" in self._further
        ]
        if "url" in self._further and (page := id_of_page(get("url"))):
            found.append(page)
        return unique_ids(found)

    def _translations(self, get: Get) -> Iterator[tuple[str, str, str]]:
        for field in self._titles:
            value = get(field)
            if not is_no_value(value):
                title = text_of(without_entities(value), field, values.TITLE_LIMIT)
                yield field.removeprefix(TITLE_PREFIX), "translation", title

    def _countries(self, get: Get) -> tuple[str, ...]:
        if "countries" not in self._further:
            return ()
        return country_codes(names_of(_without_codes(get("countries")), "countries"))

    def _credits(self, directors: object, get: Get) -> tuple[Credit, ...]:
        cast = names_of(get("cast"), "cast") if "cast" in self._further else ()
        writers = names_of(get("writers"), "writers") if "writers" in self._further else ()
        if not cast and not writers:
            return ()
        found = [Credit("directing", name) for name in names_of(directors, "directors")]
        found += [Credit("writing", name) for name in writers]
        found += [Credit("acting", name) for name in cast]
        return tuple(found[:MAX_CREDITS])


def _without_codes(value: object) -> object:
    """Return a list of countries with the names or codes of objects."""
    if not isinstance(value, list):
        return value
    return [
        item.get("iso_3166_1") or item.get("name") if isinstance(item, dict) else item
        for item in value
    ]
