"""Texts of the command `import`: summaries, rejected rows, and why files cannot be used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from kinoteka.core.imports.readers import ColumnUse, Progress, Recognition
from kinoteka.core.imports.record import FormatCode, FormatError, RejectedRow
from kinoteka.core.imports.service import Import
from kinoteka.database.film_matching import BY_IDS, BY_PEOPLE, BY_TITLE
from kinoteka.database.import_target import Changes

FORMAT_ERRORS = {
    FormatCode.FILE_UNREADABLE: "{path} cannot be read: {detail}",
    FormatCode.FILE_EMPTY: "{path} is empty",
    FormatCode.FILE_UNRECOGNISED: "{path} has a header row that matches none of these: {expected}",
    FormatCode.FILE_REPEATED: "{path}: another file has the role {role} already; pass only one",
    FormatCode.FILE_NEEDED: "the file {role} is missing; pass it with the others",
    FormatCode.ENCODING_UNSUPPORTED: "{path} is not UTF-8; convert it first",
    FormatCode.ENCODING_UNKNOWN: "--encoding {encoding} is not the name of an encoding",
    FormatCode.HEADER_MISSING: (
        "{path} has no header row; name its columns, for example --columns title,year,director"
    ),
    FormatCode.COLUMNS_DIFFER: (
        "--columns names {named} columns, but {path} has {found}; leave the name of a column empty"
        " to skip it"
    ),
    FormatCode.SCALE_UNCLEAR: (
        "{path}: the highest of {count} ratings is {highest}, so their scale is not clear; name it,"
        " for example --scale 5 or --scale 10"
    ),
    FormatCode.SCALE_INVALID: "--scale {scale}: expected the highest rating, from 1 to 1000",
    FormatCode.THOUSANDS_UNCLEAR: (
        "{path}: does {written} mean thousands? Such rows are rejected; name the separator:"
        " --thousands comma or --thousands dot"
    ),
    FormatCode.KIND_UNKNOWN: "--kinds: {kind} is not a kind; the kinds are {kinds}",
    FormatCode.ARCHIVE_UNUSABLE: "{path} cannot be used as an archive: {detail}",
    FormatCode.TOO_LARGE: "{path} has more than {limit} MiB, the limit of its format",
    FormatCode.COLUMN_MISSING: "{path} is missing these columns: {columns}",
    FormatCode.NOT_A_JSON_ARRAY: "{path} is not a JSON array; use the format jsonl for JSON Lines",
    FormatCode.NOT_JSON_LINES: "{path} is not JSON Lines; use the format json for a JSON array",
    FormatCode.MAPPING_INVALID: "--map {pair}: expected FIELD=COLUMN, FIELD one of: {fields}",
    FormatCode.LABEL_RULE_INVALID: "--label {rule}: {detail}",
}
_WHY_UNUSED = {
    "note": " (the owner's note)",
    "personal": " (a member's own)",
    "repeated": " (repeated)",
}
K = TypeVar("K", bound=str)

RULES = {BY_IDS: "ids", BY_PEOPLE: "title and director", BY_TITLE: "title and year"}
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
    if changes.joined:
        rules = ", ".join(f"{count:,} by {RULES[rule]}" for rule, count in done.joined.items())
        yield f"  joined     {changes.joined:,} to films of other sources ({rules})"
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
    if done.batch is not None:
        yield f"undo this import with: kinoteka import undo {done.batch}"
    for recognised in progress.recognised:
        yield from _table(recognised)
    yield from rejected_rows(done, listed)


def rejected_rows(done: Import, listed: Sequence[RejectedRow]) -> Iterator[str]:
    """Yield the lines about rejected rows. `listed` has the first ones."""
    yield from map(describe_rejected_row, listed)
    if (rest := done.rejected.total() - len(listed)) > 0:
        yield f"and {rest:,} more; --report FILE writes all of them"


def _table(recognised: Recognition) -> Iterator[str]:
    """Yield how a table was read."""
    facts = [f"encoding {recognised.encoding}"] if recognised.encoding != "utf-8" else []
    if recognised.list_name is not None:
        facts.append(f"list “{recognised.list_name}”")
    if recognised.scale_reason != "default":
        facts.append(f"ratings up to {recognised.scale:g}")
    if recognised.turned_titles:
        facts.append("titles like “Matrix, The (1999)”")
    yield recognised.path + (f" ({', '.join(facts)})" if facts else "") + ":"
    yield "- used: " + ", ".join(map(_use, recognised.used))
    if recognised.unused:
        unused = (use.name + _WHY_UNUSED.get(use.reason, "") for use in recognised.unused)
        yield "- unused: " + ", ".join(unused)


def _use(use: ColumnUse) -> str:
    return f"{use.name} → {' and '.join((str(use.field), *use.further))}"


def _by_kind(counts: Counter[K]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in counts.most_common())
