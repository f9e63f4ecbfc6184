"""Which column of a table is which field of a film: the operator's word, or its name."""

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
"""The other names of each field's column, in the order of the parameters of `values.film`."""
FIELDS = tuple(ALIASES)


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return field → column of texts like `year=Release Date`; an empty column means none.

    Raise `FormatError` MAPPING_INVALID (`pair`, `fields`) where the field is unknown.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        field = _known(field.strip())
        if not equals or field not in FIELDS or field in mapping:
            raise FormatError(FormatCode.MAPPING_INVALID, pair=pair, fields=list(FIELDS))
        mapping[field] = column.strip()
    return mapping


def columns_by_field(columns: Sequence[str], mapping: Mapping[str, str]) -> tuple[str | None, ...]:
    """Return the column of each of FIELDS, None where the table has none.

    What the operator mapped stands, whether the table has it or not; the rest goes by name,
    without regard to case, blanks and dashes.
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain(column), column)
    return tuple(_column_of(field, by_name, columns, mapping) for field in FIELDS)


def _column_of(
    field: str, by_name: Mapping[str, str], columns: Sequence[str], mapping: Mapping[str, str]
) -> str | None:
    if field in mapping:
        wanted = mapping[field]
        return wanted if wanted in columns else by_name.get(_plain(wanted), wanted) or None
    for name in (field, *ALIASES[field]):
        if name in by_name:
            return by_name[name]
    return None


def label_column(columns: Sequence[str]) -> str | None:
    """Return the column that is called `label`; None where the table has none."""
    return next((column for column in columns if _plain(column) == "label"), None)


def _plain(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").split())


def _known(field: str) -> str:
    """Take the singular, too: `genre`, `director`."""
    return field + "s" if field in ("genre", "director") else field
