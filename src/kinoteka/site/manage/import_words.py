"""What the site says of imports: formats, states, why files or rows were refused."""

from collections.abc import Mapping
from typing import Any

from kinoteka.core.import_runs.model import FailedBy, Run, RunState
from kinoteka.core.imports.record import FormatCode, Reason
from kinoteka.http.policy.request import Request
from kinoteka.site.ui import pages
from kinoteka.site.ui.languages import N_, translations

FORMATS: dict[str, str] = {
    "imdb": N_("IMDb datasets: title.basics, with ratings, crew and names"),
    "movielens": N_("MovieLens: movies.csv, with ratings.csv"),
    "tmdb": N_("TMDB 5000: movies, with credits"),
    "wikipedia": N_("Films from Wikipedia’s lists (JSON)"),
    "csv": N_("A table with a header row (CSV)"),
    "jsonl": N_("JSON Lines: an object on each line"),
    "json": N_("A JSON array of objects"),
}
STATES: dict[RunState, str] = {
    RunState.RUNNING: N_("Running"),
    RunState.DONE: N_("Done"),
    RunState.FAILED: N_("Failed"),
    RunState.CANCELLED: N_("Cancelled"),
}
FAILED_BY: dict[FailedBy, str] = {
    FailedBy.ROWS: N_("Rows are broken, so nothing was stored. “Keep going” stores the rest."),
    FailedBy.FILES: N_("The files cannot be imported like this; nothing was stored."),
    FailedBy.ANOTHER: N_("Another import was running; nothing was stored."),
    FailedBy.DATABASE: N_("The database could not do it; nothing was stored."),
    FailedBy.STOPPED: N_("The server was stopped; nothing was stored."),
    FailedBy.DIED: N_("The import ended before it was done; nothing was stored."),
}
ROWS: dict[Reason, str] = {
    Reason.TITLE_MISSING: N_("no title"),
    Reason.ID_INVALID: N_("not an id that a film may have"),
    Reason.YEAR_INVALID: N_("not a year that a film may have"),
    Reason.RATING_INVALID: N_("not a rating from 0 to 10"),
    Reason.VOTES_INVALID: N_("not a number of votes"),
    Reason.NUMBER_INVALID: N_("not a number in the allowed range"),
    Reason.URL_INVALID: N_("not an http or https address"),
    Reason.LIST_INVALID: N_("not a list of names"),
    Reason.TYPE_INVALID: N_("a value of the wrong kind"),
    Reason.TOO_LONG: N_("too long"),
    Reason.NUL_CHARACTER: N_("a NUL character"),
    Reason.ENCODING_INVALID: N_("not UTF-8"),
    Reason.COLUMNS_MISMATCH: N_("the wrong number of columns"),
    Reason.CSV_INVALID: N_("broken CSV"),
    Reason.JSON_INVALID: N_("broken JSON"),
    Reason.NOT_AN_OBJECT: N_("not an object"),
    Reason.LABEL_INVALID: N_("not a label that an import can assign"),
    Reason.FILE_BROKEN: N_("the file cannot be read to its end"),
}
FILES: dict[FormatCode, str] = {
    FormatCode.FILE_UNREADABLE: N_("{path} cannot be read."),
    FormatCode.FILE_EMPTY: N_("{path} is empty."),
    FormatCode.FILE_UNRECOGNISED: N_("By its header row, {path} is none of these: {expected}."),
    FormatCode.FILE_REPEATED: N_("{path}: there is another file of the kind {role}."),
    FormatCode.FILE_NEEDED: N_("The file {role} is missing."),
    FormatCode.ENCODING_UNSUPPORTED: N_("{path} is not UTF-8."),
    FormatCode.COLUMN_MISSING: N_("{path} lacks the columns: {columns}."),
    FormatCode.NOT_A_JSON_ARRAY: N_("{path} is not a JSON array."),
    FormatCode.NOT_JSON_LINES: N_("{path} is not JSON Lines."),
    FormatCode.MAPPING_INVALID: N_("A column is not written as FIELD=COLUMN."),
    FormatCode.LABEL_RULE_INVALID: N_("A label’s rule cannot be understood."),
}


def of_files(request: Request, code: str, parameters: Mapping[str, Any]) -> str:
    """Why files cannot be used, in the reader's language."""
    sentence = translations(pages.language_of(request)).gettext(FILES[FormatCode(code)])
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in parameters.items()
    }
    return sentence.format_map(shown)


def why(request: Request, run: Run) -> str | None:
    """Why an import has failed, in the reader's language."""
    by, report = run.report.failed_by, run.report
    if by is None:
        return None
    if by is FailedBy.FILES and report.detail in FormatCode.__members__.values():
        return of_files(request, report.detail, report.parameters)
    return translations(pages.language_of(request)).gettext(FAILED_BY[by])
