"""Map columns of a table to fields of a film, by the operator's mapping or by name."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from babel import Locale

from kinoteka.core.imports.record import FormatCode, FormatError

ALIASES: dict[str, tuple[str, ...]] = {
    "id": (*("external_id", "film_id", "movie_id", "imdb_id", "tconst", "const", "imdb_title_id"),),
    "title": (
        *("name", "film", "movie", "primary_title", "movie_title", "film_title", "movie_name"),
        *("film_name", "series_title", "название", "название фильма", "фильм", "title_en"),
        *("русскоязычное название", "title_ru", "name_ru"),
    ),
    "original_title": (
        *("original_name", "оригинальное название", "название оригинала"),
        *("original", "name_original"),
    ),
    "year": (
        *("release_year", "release_date", "released", "date", "start_year", "year_released"),
        *("released_year", "title_year", "первый показ", "год", "год выпуска", "год выхода"),
        *("premiered", "publication_date"),
    ),
    "description": (
        *("overview", "plot", "summary", "synopsis", "extract", "описание", "аннотация"),
        *("plot_summary",),
    ),
    "rating": (
        *("vote_average", "average_rating", "imdb_rating", "score", "imdb_score", "avg_rating"),
        *(
            "rating_value",
            "рейтинг",
            "рейтинг кинопоиска",
            "рейтинг imdb",
            "rating_kp",
            "rating_imdb",
        ),
    ),
    "votes": (
        *("vote_count", "num_votes", "imdb_votes", "no_of_votes", "number_of_votes", "votes_count"),
        *("num_voted_users", "голоса", "количество оценок", "число оценок", "rating_count"),
    ),
    "trailer": ("trailer_url", "trailer_link", "трейлер"),
    "poster": (
        *("poster_url", "poster_link", "thumbnail", "image", "image_url", "poster_path", "постер"),
    ),
    "genres": ("genre", "listed_in", "жанр", "жанры"),
    "directors": ("director", "directed_by", "director_name", "режиссер", "режиссёр", "режиссеры"),
    "runtime_minutes": (
        *("runtime", "duration", "duration_minutes", "runtime_(mins)", "runtime_(min)"),
        *("runtime_mins", "runtime_min", "length", "время", "продолжительность", "длительность"),
        *("хронометраж", "running_time"),
    ),
}
"""Alternative column names of each field, in the order of the parameters of `values.film`."""
FIELDS = tuple(ALIASES)

FURTHER_ALIASES: dict[str, tuple[str, ...]] = {
    "imdb_id": ("imdb", "tconst", "const", "imdb_title_id", "imdb_url", "imdb_link"),
    "tmdb_id": ("tmdb", "tmdb_movie_id", "the_movie_db_id"),
    "kinopoisk_id": ("kinopoisk", "kp_id", "kinopoisk_film_id", "kinopoisk_url"),
    "wikidata_id": ("wikidata", "qid", "wikidata_item"),
    "movielens_id": ("movielens",),
    "letterboxd_id": ("letterboxd", "letterboxd_uri", "letterboxd_url"),
    "url": ("link", "web_url", "ссылка"),
    "kind": ("title_type", "type", "media_type", "content_type", "тип"),
    "countries": (
        *("country", "production_countries", "production_country", "origin_country"),
        *("country_of_origin", "страна", "страны"),
    ),
    "cast": ("actors", "actor", "stars", "starring", "main_cast", "актеры", "актёры", "в ролях"),
    "writers": ("writer", "screenplay", "screenwriter", "written_by", "сценарий", "сценарист"),
}
"""Alternative column names of fields with ids, kinds, countries and credits."""
TITLE_PREFIX = "title_"
"""`title_ru` is the field of the Russian title."""
ALL_FIELDS = (*FIELDS, *FURTHER_ALIASES)

_IGNORED = str.maketrans("", "", " \t\u00a0-_.\ufeff")
_LANGUAGES = frozenset(code for code in map(str, Locale("en").languages) if len(code) == 2)
_TITLE_IN = re.compile(
    r"title[ _.-]([a-z]{2})|title([A-Z][a-z])|(?:([a-z]{2})[ _.-]title)|title ?[(\[]([a-z]{2})[)\]]"
)
_NO_LANGUAGES = frozenset({"id", "no", "is", "or"})


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return field → column from texts like `year=Release Date`. An empty column means none.

    Raise `FormatError` MAPPING_INVALID (`pair`, `fields`) if a text is malformed, or its field is
    unknown or repeated.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        field = _plural(field.strip())
        if not equals or not _is_field(field) or field in mapping:
            raise FormatError(FormatCode.MAPPING_INVALID, pair=pair, fields=list(ALL_FIELDS))
        mapping[field] = column.strip()
    return mapping


def columns_by_field(
    columns: Sequence[str], mapping: Mapping[str, str], ignored: Collection[str] = ()
) -> tuple[str | None, ...]:
    """Return the column of each field in FIELDS, or None if the table has none.

    Columns that the operator mapped are returned even if the table lacks them. The others are found
    by name, as `normalized` compares it; `ignored` columns are left alone.
    """
    by_name = _by_name(columns, ignored)
    return tuple(_column_of(field, ALIASES, by_name, columns, mapping) for field in FIELDS)


def further_columns(
    columns: Sequence[str], mapping: Mapping[str, str], ignored: Collection[str] = ()
) -> dict[str, str]:
    """Return the columns of the other fields: those of FURTHER_ALIASES, and titles by language."""
    by_name = _by_name(columns, ignored)
    found = {
        field: _column_of(field, FURTHER_ALIASES, by_name, columns, mapping)
        for field in FURTHER_ALIASES
    }
    for column in columns:
        language = language_of_title(column)
        if language and column not in ignored:
            found.setdefault(TITLE_PREFIX + language, column)
    titles = {field: column for field, column in mapping.items() if field.startswith(TITLE_PREFIX)}
    return {field: column for field, column in {**found, **titles}.items() if column}


def label_column(columns: Sequence[str]) -> str | None:
    """Return the column named `label`, or None."""
    return next((column for column in columns if normalized(column) == "label"), None)


def normalized(name: str) -> str:
    """Return a column name without case, spaces, dashes, underscores and dots."""
    return name.translate(_IGNORED).casefold()


def language_of_title(column: str) -> str | None:
    """Return the language of a column like `title_ru`, or None."""
    lowered = column.strip()
    found = _TITLE_IN.fullmatch(lowered) or _TITLE_IN.fullmatch(lowered.lower())
    code = next(filter(None, found.groups()), "").lower() if found else ""
    return code if code in _LANGUAGES - _NO_LANGUAGES else None


def value_at(row: Mapping[str, object], path: str) -> object:
    """Return the value of a key, or of keys of nested objects: `rating.count`, `cast.0.name`."""
    if path in row:
        return row[path]
    found: object = row
    for key in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(key)
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def _by_name(columns: Sequence[str], ignored: Collection[str]) -> dict[str, str]:
    by_name: dict[str, str] = {}
    for column in columns:
        if column not in ignored:
            by_name.setdefault(normalized(column), column)
    return by_name


def _column_of(
    field: str,
    aliases: Mapping[str, tuple[str, ...]],
    by_name: Mapping[str, str],
    columns: Sequence[str],
    mapping: Mapping[str, str],
) -> str | None:
    if field in mapping:
        wanted = mapping[field]
        return wanted if wanted in columns else by_name.get(normalized(wanted), wanted) or None
    for name in (field, *aliases[field]):
        if column := by_name.get(normalized(name)):
            return column
    return None


def _is_field(field: str) -> bool:
    language = field.removeprefix(TITLE_PREFIX)
    return field in ALL_FIELDS or (language != field and language in _LANGUAGES)


def _plural(field: str) -> str:
    """Return the field of a singular name: `genre`, `director` …"""
    if field in ("genre", "director", "writer"):
        return field + "s"
    return {"country": "countries", "actors": "cast", "runtime": "runtime_minutes"}.get(
        field, field
    )
