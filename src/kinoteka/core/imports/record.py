"""Records that a reader yields (films and rejected rows), and the errors that it raises."""

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from kinoteka.core.catalogue.model import FilmFields

if TYPE_CHECKING:
    from kinoteka.core.imports.readers import Recognition

Ids = tuple[tuple[str, str], ...]
"""Ids on other sites as pairs of kind and value."""

ID_KINDS = ("imdb", "tmdb", "kinopoisk", "wikidata", "movielens", "letterboxd", "own")
"""The kinds of film ids. `own` is an id that the catalogue of the operator assigned."""
TITLE_KINDS = ("translation", "original", "alternative")


class Credit(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a person did in a film. `ids` are those of the person, with the kinds of `ID_KINDS`.

    `department` is one of `DEPARTMENTS`; `role` is the character of an actor, else the job, or "".
    """

    department: str
    name: str
    role: str = ""
    ids: Ids = ()


DEPARTMENTS = ("directing", "writing", "acting", "production", "camera", "music", "editing", "crew")
"""The departments of credits, in the order in which pages show them."""


class FilmRecord(FilmFields, frozen=True, gc=False):
    """A film of a data set. All texts are trimmed, single-spaced and in NFC.

    `external_id` identifies the film permanently within its source. `votes` is 0 if unknown,
    `trailer` and `poster` are http(s) addresses, and `original_title` is None if it equals the
    title. `label` is the access label that the operator's rules assign. `imdb_id` (tt0114709) and
    `tmdb_id` are the film's ids at IMDb and TMDB; `ids` has them, too, and those of other kinds
    (`ID_KINDS`). `titles` has further titles as triples of language (a code like ru, or "" if
    unknown), kind (`TITLE_KINDS`) and title. `countries` are ISO 3166-1 codes like FR. `credits`
    are in the order of the data set; directors are also in `directors`.
    """

    external_id: str
    votes: int
    label: str | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None
    ids: Ids = ()
    titles: tuple[tuple[str, str, str], ...] = ()
    countries: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()


class RejectionReason(StrEnum):
    """Why a row was rejected. The values are stable, for summaries and scripts."""

    TITLE_MISSING = "title_missing"
    ID_INVALID = "id_invalid"
    YEAR_INVALID = "year_invalid"
    RATING_INVALID = "rating_invalid"
    VOTES_INVALID = "votes_invalid"
    NUMBER_INVALID = "number_invalid"
    URL_INVALID = "url_invalid"
    LIST_INVALID = "list_invalid"
    TYPE_INVALID = "type_invalid"
    TOO_LONG = "too_long"
    NUL_CHARACTER = "nul_character"
    ENCODING_INVALID = "encoding_invalid"
    COLUMNS_MISMATCH = "columns_mismatch"
    CSV_INVALID = "csv_invalid"
    JSON_INVALID = "json_invalid"
    XML_INVALID = "xml_invalid"
    ORDER_INVALID = "order_invalid"
    NOT_AN_OBJECT = "not_an_object"
    LABEL_INVALID = "label_invalid"
    FILE_BROKEN = "file_broken"


class RejectedRow(msgspec.Struct, frozen=True, gc=False):
    """A row that cannot become a film, or the end of a damaged file.

    `line` is the physical line on which the row begins, counted from 1. For elements of JSON
    arrays, `detail` also names the element's ordinal, because a file may have only one line.
    """

    path: str
    line: int
    reason: RejectionReason
    detail: str


class InvalidValue(Exception):
    """A value that a film cannot have. Readers turn it into a `RejectedRow`."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class FormatCode(StrEnum):
    """Why files or options cannot be used."""

    FILE_UNREADABLE = "file_unreadable"
    FILE_EMPTY = "file_empty"
    FILE_UNRECOGNISED = "file_unrecognised"
    FILE_REPEATED = "file_repeated"
    FILE_NEEDED = "file_needed"
    ENCODING_UNSUPPORTED = "encoding_unsupported"
    ENCODING_UNKNOWN = "encoding_unknown"
    HEADER_MISSING = "header_missing"
    COLUMNS_DIFFER = "columns_differ"
    SCALE_UNCLEAR = "scale_unclear"
    SCALE_INVALID = "scale_invalid"
    THOUSANDS_UNCLEAR = "thousands_unclear"
    KIND_UNKNOWN = "kind_unknown"
    ARCHIVE_UNUSABLE = "archive_unusable"
    TOO_LARGE = "too_large"
    COLUMN_MISSING = "column_missing"
    NOT_A_JSON_ARRAY = "not_a_json_array"
    NOT_JSON_LINES = "not_json_lines"
    MAPPING_INVALID = "mapping_invalid"
    LABEL_RULE_INVALID = "label_rule_invalid"


class FormatError(Exception):
    """Files or options that cannot be used: a code with parameters. Nothing has been read.

    `recognition` describes the table, if its columns are known.
    """

    recognition: "Recognition | None" = None

    def __init__(self, code: FormatCode, **parameters: object) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters
