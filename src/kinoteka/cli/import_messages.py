"""Texts of the command `import`: summaries, rejected rows, and why files cannot be used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import FormatCode, FormatError, RejectedRow
from kinoteka.core.imports.service import Import
from kinoteka.database.import_target import Changes

FORMAT_ERRORS = {
    FormatCode.FILE_UNREADABLE: "{path} cannot be read: {detail}",
    FormatCode.FILE_EMPTY: "{path} is empty",
    FormatCode.FILE_UNRECOGNISED: "{path} has a header row that matches none of these: {expected}",
    FormatCode.FILE_REPEATED: "{path}: another file has the role {role} already; pass only one",
    FormatCode.FILE_NEEDED: "the file {role} is missing; pass it with the others",
    FormatCode.ENCODING_UNSUPPORTED: "{path} is not UTF-8; convert it first",
    FormatCode.COLUMN_MISSING: "{path} is missing these columns: {columns}",
    FormatCode.NOT_A_JSON_ARRAY: "{path} is not a JSON array; use the format jsonl for JSON Lines",
    FormatCode.NOT_JSON_LINES: "{path} is not JSON Lines; use the format json for a JSON array",
    FormatCode.MAPPING_INVALID: "--map {pair}: expected FIELD=COLUMN, FIELD one of: {fields}",
    FormatCode.LABEL_RULE_INVALID: "--label {rule}: {detail}",
}
K = TypeVar("K", bound=str)

LISTED = 10
"""How many rejected rows are listed. A report has all of them."""


def explain(error: FormatError) -> str:
    """Return why the files or options cannot be used, in one line."""
    parameters = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in error.parameters.items()
    }
    text = FORMAT_ERRORS[error.code].format_map(parameters)
    return text + (f" (it has: {parameters['found']})" if "found" in parameters else "")


def describe_rejected_row(rejected: RejectedRow) -> str:
    """Return the position of a rejected row and the reason, in one line."""
    detail = f" ({rejected.detail})" if rejected.detail else ""
    return f"{rejected.path}:{rejected.line}: {rejected.reason}{detail}"


def summary(
    done: Import,
    changes: Changes,
    progress: Progress,
    listed: Sequence[RejectedRow],
    seconds: float,
) -> Iterator[str]:
    """Yield the lines of the summary. `listed` has the first rejected rows."""
    speed = done.read / max(seconds, 0.001)
    yield f"{done.source}: {done.read:,} films in {seconds:.1f} s ({speed:,.0f} a second)"
    yield f"  added      {changes.added:,}"
    yield f"  changed    {changes.changed:,}"
    yield f"  unchanged  {changes.unchanged:,}"
    if done.repeated:
        yield f"  repeated   {done.repeated:,} (rows with the id of a later row)"
    if progress.skipped:
        yield f"  skipped    {progress.skipped.total():,} ({_by_kind(progress.skipped)})"
    yield f"  rejected   {done.rejected.total():,}" + (
        f" ({_by_kind(done.rejected)})" if done.rejected else ""
    )
    for path in progress.ignored:
        yield f"  {path} has no data for the catalogue, ignored"
    yield from map(describe_rejected_row, listed)
    if (rest := done.rejected.total() - len(listed)) > 0:
        yield f"and {rest:,} more; --report FILE writes all of them"


def _by_kind(counts: Counter[K]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in counts.most_common())
