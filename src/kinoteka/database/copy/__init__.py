"""Copy an installation's database to the other engine.

A copy reads one snapshot of the source and writes the target in one transaction. If it fails or is
interrupted, the target is unchanged and the copy can be repeated. Before the commit, the rows of
both databases are read in the order of their keys and must have the same digests.

Public operations: copy.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Table

from kinoteka.database import film_search as search
from kinoteka.database.copy.interface import CopyFailed, Source, Target
from kinoteka.database.copy.rows import TABLES, Digest, Rows
from kinoteka.database.migrations import newest
from kinoteka.database.search_entries import all_entries
from kinoteka.infrastructure.progress import Progress

__all__ = ["CopyFailed", "CopyResult", "copy"]

# The numbers of rows that the migrations insert into a new database.
SEEDS = {"roles": 2, "genres": 1, "genre_names": 1, "people": 1, "sources": 1}


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The copied tables with their numbers of rows.

    `is_new` is False if the target already held the same rows.
    """

    tables: dict[str, int]
    is_new: bool


def copy(source: Source, target: Target, progress: Progress) -> CopyResult:
    """Copy every table with its ids, and the search index, within the given transactions.

    `source` is a snapshot. `target` is migrated and locked against other writers. A target that
    already holds the same rows is not changed. The caller commits.

    Raises:
        CopyFailed: the source has another schema, the target holds other data, or the written
            rows differ from those that were read.
    """
    revision = source.revision()
    if revision != newest():
        raise CopyFailed(
            f"the source is at revision {revision or 'none'} and has to be at {newest()} "
            "('kinoteka migrate')"
        )
    counts = {table.name: source.count(table) for table in TABLES}
    is_new = _is_new(target)
    if is_new:
        read = _write(source, target, counts, progress)
    else:
        read = _digests("reading", source.rows, counts, progress)
    found = _digests("checking", target.rows, counts, progress)
    _compare(read, found, is_new=is_new)
    return CopyResult({name: digest.rows for name, digest in read.items()}, is_new)


def _is_new(target: Target) -> bool:
    return all(target.count(table) <= SEEDS.get(table.name, 0) for table in TABLES)


def _write(
    source: Source, target: Target, counts: dict[str, int], progress: Progress
) -> dict[str, Digest]:
    for table in reversed(TABLES):
        target.clear(table)

    def written(table: Table) -> Iterator[Rows]:
        for batch in source.rows(table):
            target.write(table, batch)
            yield batch

    digests = _digests("copying", written, counts, progress)
    for name, highest in source.highest_ids().items():
        target.advance_sequences(name, highest)
    progress.begin("indexing films", counts["films"])
    search.index(target.reader, _entries_with_progress(all_entries(target.reader), progress))
    target.raise_revisions(source.revisions())
    return digests


def _digests(
    doing: str,
    rows: Callable[[Table], Iterator[Rows]],
    counts: dict[str, int],
    progress: Progress,
) -> dict[str, Digest]:
    digests = {}
    for table in TABLES:
        progress.begin(f"{doing} {table.name}", counts[table.name])
        digests[table.name] = Digest.of(_rows_with_progress(rows(table), progress))
    return digests


def _rows_with_progress(batches: Iterator[Rows], progress: Progress) -> Iterator[Rows]:
    for batch in batches:
        yield batch
        progress.done += len(batch)


def _entries_with_progress(
    entries: Iterator[search.IndexEntry], progress: Progress
) -> Iterator[search.IndexEntry]:
    for entry in entries:
        yield entry
        progress.done += 1


def _compare(read: dict[str, Digest], found: dict[str, Digest], *, is_new: bool) -> None:
    different = [
        f"{name} ({digest.rows:,} rows, and {found[name].rows:,} in the target)"
        for name, digest in read.items()
        if digest != found[name]
    ]
    if different:
        reason = (
            "what was written is not what was read" if is_new else "the target holds other data"
        )
        raise CopyFailed(f"{reason}: {', '.join(different)}")
