"""Map columns of a table to fields of a film, by the operator's mapping or by name."""

from collections.abc import Iterable, Mapping, Sequence

from kinoteka.core.imports.record import FormatCode, FormatError

ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("external_id", "film_id", "movie_id", "imdb_id", "tconst"),
    "title": ("name", "film", "movie", "primarytitle", "primary_title"),
    "original_title": ("originaltitle", "original_name"),
    "year": ("release_year", "release_date", "released", "date", "startyear"),
    "description": ("overview", "plot", "summary", "synopsis", "extract"),
    "rating": ("vote_average", "averagerating", "average_rating", "imdb_rating", "score"),
    "votes": ("vote_count", "numvotes", "imdb_votes"),
    "trailer": ("trailer_url",),
    "poster": ("poster_url", "poster_link", "thumbnail", "image"),
    "genres": ("genre",),
    "directors": ("director", "directed_by"),
    "runtime_minutes": ("runtime", "runtimeminutes", "duration", "duration_minutes"),
}
"""Alternative column names of each field, in the order of the parameters of `values.film`."""
FIELDS = tuple(ALIASES)


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return field → column from texts like `year=Release Date`. An empty column means none.

    Raise `FormatError` MAPPING_INVALID (`pair`, `fields`) if a text is malformed, or its field is
    unknown or repeated.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        field = _plural(field.strip())
        if not equals or field not in FIELDS or field in mapping:
            raise FormatError(FormatCode.MAPPING_INVALID, pair=pair, fields=list(FIELDS))
        mapping[field] = column.strip()
    return mapping


def columns_by_field(columns: Sequence[str], mapping: Mapping[str, str]) -> tuple[str | None, ...]:
    """Return the column of each field in FIELDS, or None if the table has none.

    Columns that the operator mapped are returned even if the table lacks them. The others are found
    by name, ignoring case, spaces and dashes.
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_normalized(column), column)
    return tuple(_column_of(field, by_name, columns, mapping) for field in FIELDS)


def _column_of(
    field: str, by_name: Mapping[str, str], columns: Sequence[str], mapping: Mapping[str, str]
) -> str | None:
    if field in mapping:
        wanted = mapping[field]
        return wanted if wanted in columns else by_name.get(_normalized(wanted), wanted) or None
    for name in (field, *ALIASES[field]):
        if name in by_name:
            return by_name[name]
    return None


def label_column(columns: Sequence[str]) -> str | None:
    """Return the column named `label`, or None."""
    return next((column for column in columns if _normalized(column) == "label"), None)


def _normalized(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").split())


def _plural(field: str) -> str:
    """Return the field of a singular name: `genre` or `director`."""
    return field + "s" if field in ("genre", "director") else field
