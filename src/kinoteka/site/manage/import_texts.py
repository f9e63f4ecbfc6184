"""Texts about imports: formats, states, and reasons for rejected files and rows."""

from collections.abc import Mapping
from typing import Any

from kinoteka.core.import_runs.model import FailureReason, Run, RunState
from kinoteka.core.imports.record import FormatCode, RejectionReason
from kinoteka.http.policy.request import Request
from kinoteka.site.ui import pages
from kinoteka.site.ui.languages import N_, translations

FORMATS: dict[str, str] = {
    "imdb": N_("IMDb datasets: title.basics, with optional ratings, crew and names"),
    "movielens": N_("MovieLens: movies.csv, with optional ratings.csv"),
    "tmdb": N_("TMDB 5000: movies, with optional credits"),
    "wikipedia": N_("Wikipedia film lists (JSON)"),
    "csv": N_("Table with a header row (CSV)"),
    "jsonl": N_("JSON Lines: one object per line"),
    "json": N_("JSON array of objects"),
    "spreadsheet": N_("Spreadsheet (XLSX, ODS, XLS)"),
    "nfo": N_("Kodi (NFO)"),
}
STATES: dict[RunState, str] = {
    RunState.RUNNING: N_("Running"),
    RunState.DONE: N_("Finished"),
    RunState.FAILED: N_("Failed"),
    RunState.CANCELLED: N_("Cancelled"),
}
FAILED_BY: dict[FailureReason, str] = {
    FailureReason.ROWS: N_(
        "Some rows are invalid, so nothing was saved. To import the others, choose “Skip invalid "
        "rows”."
    ),
    FailureReason.FILES: N_(
        "These files cannot be imported with these settings. Nothing was saved."
    ),
    FailureReason.ANOTHER: N_("Another import was running. Nothing was saved."),
    FailureReason.OTHER_FILMS: N_(
        "Most films of this source would get another title, so nothing was saved. If the file "
        "comes from another site, enter another source name. If the films have really changed, "
        "choose “Replace films with other titles”."
    ),
    FailureReason.DATABASE: N_("The database reported an error. Nothing was saved."),
    FailureReason.STOPPED: N_("The server was stopped. Nothing was saved."),
    FailureReason.DIED: N_("The import stopped unexpectedly. Nothing was saved."),
}
ROWS: dict[RejectionReason, str] = {
    RejectionReason.TITLE_MISSING: N_("no title"),
    RejectionReason.ID_INVALID: N_("invalid film ID"),
    RejectionReason.YEAR_INVALID: N_("invalid year"),
    RejectionReason.RATING_INVALID: N_("rating is not from 0 to 10"),
    RejectionReason.VOTES_INVALID: N_("invalid number of votes"),
    RejectionReason.NUMBER_INVALID: N_("number out of range"),
    RejectionReason.URL_INVALID: N_("not an http or https address"),
    RejectionReason.LIST_INVALID: N_("not a list of names"),
    RejectionReason.TYPE_INVALID: N_("value of the wrong type"),
    RejectionReason.TOO_LONG: N_("too long"),
    RejectionReason.NUL_CHARACTER: N_("contains a NUL character"),
    RejectionReason.ENCODING_INVALID: N_("not valid UTF-8"),
    RejectionReason.COLUMNS_MISMATCH: N_("wrong number of columns"),
    RejectionReason.CSV_INVALID: N_("invalid CSV"),
    RejectionReason.JSON_INVALID: N_("invalid JSON"),
    RejectionReason.XML_INVALID: N_("invalid XML"),
    RejectionReason.ORDER_INVALID: N_("wrong order of rows"),
    RejectionReason.NOT_AN_OBJECT: N_("not a JSON object"),
    RejectionReason.LABEL_INVALID: N_("label that an import cannot assign"),
    RejectionReason.FILE_BROKEN: N_("file damaged or incomplete"),
}
FILES: dict[FormatCode, str] = {
    FormatCode.FILE_UNREADABLE: N_("{path} could not be read."),
    FormatCode.FILE_EMPTY: N_("{path} is empty."),
    FormatCode.FILE_UNRECOGNISED: N_(
        "The header row of {path} does not match any of these: {expected}."
    ),
    FormatCode.FILE_REPEATED: N_("{path}: there is already a {role} file."),
    FormatCode.FILE_NEEDED: N_("The {role} file is missing."),
    FormatCode.ENCODING_UNSUPPORTED: N_("{path} is not valid UTF-8."),
    FormatCode.ENCODING_UNKNOWN: N_("Unknown encoding: {encoding}."),
    FormatCode.HEADER_MISSING: N_("{path} has no header row. Add a row with the column names."),
    FormatCode.COLUMNS_DIFFER: N_("{path} has {found} columns, but {named} are named."),
    FormatCode.SCALE_UNCLEAR: N_(
        "{path}: the highest of {count} ratings is {highest}. Enter the highest possible rating."
    ),
    FormatCode.SCALE_INVALID: N_("The highest rating must be from 1 to 1000."),
    FormatCode.THOUSANDS_UNCLEAR: N_(
        "{path}: {written} may be a decimal or thousands. Choose the separator of thousands."
    ),
    FormatCode.KIND_UNKNOWN: N_("Unknown kind of title: {kind}. The kinds are {kinds}."),
    FormatCode.ARCHIVE_UNUSABLE: N_("{path} could not be used as an archive: {detail}."),
    FormatCode.TOO_LARGE: N_("{path} is larger than {limit} MiB, the limit of its format."),
    FormatCode.COLUMN_MISSING: N_("{path} is missing these columns: {columns}."),
    FormatCode.NOT_A_JSON_ARRAY: N_("{path} is not a JSON array."),
    FormatCode.NOT_JSON_LINES: N_("{path} is not a JSON Lines file."),
    FormatCode.MAPPING_INVALID: N_("A column is not in the form FIELD=COLUMN."),
    FormatCode.LABEL_RULE_INVALID: N_("A label rule is not valid."),
}


def file_error(request: Request, code: str, parameters: Mapping[str, Any]) -> str:
    """Return why files cannot be imported, in the reader's language."""
    sentence = translations(pages.language_of(request)).gettext(FILES[FormatCode(code)])
    values = {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in parameters.items()
    }
    return sentence.format_map(values)


def failure_reason(request: Request, run: Run) -> str | None:
    """Return why an import failed, in the reader's language."""
    reason, report = run.report.failed_by, run.report
    if reason is None:
        return None
    if reason is FailureReason.FILES and report.detail in FormatCode.__members__.values():
        return file_error(request, report.detail, report.parameters)
    return translations(pages.language_of(request)).gettext(FAILED_BY[reason])
