"""Preview an import: how its files would be read, and sample films, without storing anything.

Public operations: preview_import.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from kinoteka.core.imports.formats.archives import expand_archives
from kinoteka.core.imports.readers import (
    Format,
    InputPath,
    Progress,
    ReadOptions,
    Recognition,
    Record,
)
from kinoteka.core.imports.record import FilmRecord, FormatCode, FormatError, RejectedRow

SAMPLE_FILMS = 5
SAMPLE_ROWS = 200
"""How many films and rejected rows of a part are read."""
MAX_PARTS = 20
"""How many files are previewed. The others are counted."""
PERCENT = 100

ASKED = frozenset(
    {
        FormatCode.COLUMN_MISSING,
        FormatCode.HEADER_MISSING,
        FormatCode.COLUMNS_DIFFER,
        FormatCode.ENCODING_UNSUPPORTED,
        FormatCode.SCALE_UNCLEAR,
    }
)
"""Errors that other options may solve: a preview shows them as questions."""


class Question(msgspec.Struct, frozen=True):
    """What an operator has to answer before the import: a code with parameters."""

    code: FormatCode
    parameters: dict[str, Any]


class PartPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The preview of a file, or of files that are read together.

    `recognition` is None if the format has fixed columns, or if a question comes before it.
    `films` are the first films as they would be stored; they have no rating while its scale is in
    question. `rejected` are the first invalid rows of those that were read. `is_cut` is True if
    reading stopped at the limit before it found enough films.
    """

    paths: tuple[str, ...]
    recognition: Recognition | None = None
    films: tuple[FilmRecord, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    questions: tuple[Question, ...] = ()
    skipped: dict[str, int] = {}
    is_cut: bool = False


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The preview of an import. `ignored` are files without films, `more` counts further files."""

    format: str
    source: str
    parts: tuple[PartPreview, ...]
    ignored: tuple[str, ...] = ()
    more: int = 0

    @property
    def questions(self) -> list[Question]:
        """The questions of all parts."""
        return [question for part in self.parts for question in part.questions]


def preview_import(
    chosen: Format, files: Sequence[InputPath], options: ReadOptions, limit: int | None = None
) -> Preview:
    """Return how the files would be imported. Archives are expanded.

    Read at most `limit` bytes of each part, if it is not None. Raise `FormatError` for an error
    that is not in `ASKED`.
    """
    progress = Progress()
    expanded = expand_archives(files, progress)
    alone = [expanded] if chosen.joined else [[path] for path in expanded]
    ignored = [str(path) for path in progress.ignored]
    parts = []
    for some in alone[:MAX_PARTS]:
        part, without_films = _preview_part(chosen, some, options, limit)
        ignored += without_films
        if len(without_films) < len(some):
            parts.append(part)
    return Preview(
        format=chosen.name,
        source=chosen.source(expanded, options),
        parts=tuple(parts),
        ignored=tuple(ignored),
        more=max(len(alone) - MAX_PARTS, 0),
    )


class _LimitReached(Exception):
    """A reader has read as many bytes as a preview may."""


class _LimitedProgress(Progress):
    """Counts what a reader reads, and stops it at a limit."""

    __slots__ = ("_limit", "_read")

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        super().__init__()

    @property
    def read(self) -> int:
        """The bytes that were read."""
        return self._read

    @read.setter
    def read(self, count: int) -> None:
        self._read = count
        if self._limit is not None and count > self._limit:
            raise _LimitReached


def _preview_part(
    chosen: Format, files: Sequence[InputPath], options: ReadOptions, limit: int | None
) -> tuple[PartPreview, list[str]]:
    """Return the preview of a part, and those of its files that have no films."""
    progress = _LimitedProgress(limit)
    paths = tuple(map(str, files))
    try:
        records = chosen.read(files, options, progress)
    except FormatError as error:
        if error.code not in ASKED:
            raise
        question = Question(error.code, error.parameters)
        if error.code is not FormatCode.SCALE_UNCLEAR:
            part = PartPreview(paths=paths, recognition=error.recognition, questions=(question,))
            return part, []
        assumed = msgspec.structs.replace(options, scale=PERCENT)
        part, ignored = _preview_part(chosen, files, assumed, limit)
        return _with_scale_question(part, question), ignored
    films, rejected, is_cut = _sample(records)
    recognition = progress.recognised[0] if progress.recognised else None
    part = PartPreview(
        paths=paths,
        recognition=recognition,
        films=tuple(films),
        rejected=tuple(rejected),
        questions=tuple(_questions_of(recognition)),
        skipped=dict(progress.skipped.most_common()),
        is_cut=is_cut,
    )
    return part, [str(path) for path in progress.ignored]


def _with_scale_question(part: PartPreview, question: Question) -> PartPreview:
    """Return the preview of a table whose ratings have no known scale: without the ratings."""
    known = part.recognition
    return msgspec.structs.replace(
        part,
        recognition=known and msgspec.structs.replace(known, scale=0, scale_reason="default"),
        films=tuple(msgspec.structs.replace(film, rating=None) for film in part.films),
        questions=(question, *part.questions),
    )


def _sample(records: Iterator[Record]) -> tuple[list[FilmRecord], list[RejectedRow], bool]:
    films: list[FilmRecord] = []
    rejected: list[RejectedRow] = []
    try:
        for record in islice(records, SAMPLE_ROWS):
            found: list[Any] = rejected if isinstance(record, RejectedRow) else films
            if len(found) < SAMPLE_FILMS:
                found.append(record)
    except _LimitReached:
        return films, rejected, len(films) < SAMPLE_FILMS
    return films, rejected, False


def _questions_of(recognition: Recognition | None) -> Iterator[Question]:
    if recognition is not None and recognition.unclear_votes:
        yield Question(
            FormatCode.THOUSANDS_UNCLEAR,
            {"path": recognition.path, "written": recognition.unclear_votes},
        )
