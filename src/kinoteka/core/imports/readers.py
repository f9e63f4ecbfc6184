"""Formats and their readers: options, progress and the records that a reader yields."""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import FilmRecord, RejectedRow

IMDB_FILM_TYPES = frozenset({"movie", "tvMovie"})
KINDS = (
    *("film", "tv_film", "short", "video", "special"),
    *("series", "miniseries", "season", "episode", "game", "music", "podcast", "person"),
)
FILM_KINDS = frozenset(KINDS[:5])
"""The kinds of titles that tables import by default."""


class FileSize(Protocol):
    """The part of a `stat` result that readers use."""

    @property
    def st_size(self) -> int:
        """The size in bytes."""


class InputPath(Protocol):
    """A file to import: a path, or a file in an archive."""

    @property
    def name(self) -> str:
        """The name without folders."""

    def stat(self) -> FileSize:
        """Return the size."""

    def open(self, mode: Literal["rb"]) -> io.BufferedReader:
        """Open the content for reading."""


class Progress:
    """The progress of a reader, which another thread may show.

    `read` and `total` are bytes on disk (compressed bytes of gzip files). A file that is read
    twice counts twice. `skipped` counts valid rows that the options exclude (a type of title, an
    adult film), by kind. `ignored` lists files without data for the catalogue. `recognised`
    describes how each table is read.
    """

    __slots__ = ("ignored", "read", "recognised", "skipped", "total")

    def __init__(self) -> None:
        self.read = 0
        self.total = 0
        self.skipped: Counter[str] = Counter()
        self.ignored: list[InputPath] = []
        self.recognised: list[Recognition] = []


class ColumnUse(msgspec.Struct, frozen=True):
    """What a column of a table is used for.

    `field` is one of `mapping.ALL_FIELDS`, or None if the column is left alone. `reason` says why:
    the operator mapped it, its name or content is recognised, it is unknown, it repeats a column
    that is used, it is the note of a list's owner, or it belongs to one member (a personal rating).
    `further` has the other fields that the column fills, too.
    """

    name: str
    field: str | None
    reason: Literal["option", "name", "content", "unknown", "repeated", "note", "personal"]
    further: tuple[str, ...] = ()


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """How a table is read: what was recognised, for the preview and the summary.

    `header` is the line of the header row, 0 if there is none. `scale` is the highest possible
    rating; `scale_reason` says whether the operator named it, the content shows it or it is the
    default. `thousands` is the separator that the votes show; without one, `unclear_votes` is a
    number of votes like `1.000` that has two meanings. `turned_titles` means that titles
    like `Matrix, The (1999)` are put in order. `list_name` is the name of a list of films.
    """

    path: str
    encoding: str = "utf-8"
    delimiter: str | None = None
    header: int = 1
    columns: tuple[ColumnUse, ...] = ()
    scale: float = 10
    scale_reason: Literal["option", "content", "default"] = "default"
    thousands: str | None = None
    unclear_votes: str = ""
    turned_titles: bool = False
    list_name: str | None = None

    @property
    def used(self) -> list[ColumnUse]:
        """The columns that fill a field."""
        return [column for column in self.columns if column.field]

    @property
    def unused(self) -> list[ColumnUse]:
        """The columns that are left alone."""
        return [column for column in self.columns if not column.field]


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's options.

    These apply only to tables: `mapping` (field → column), `source`, `columns` (the names of the
    columns of files without a header row), `kinds` (of titles that are imported), `scale` (the
    highest possible rating), `thousands` (the separator between thousands), `encoding`.
    """

    labels: LabelRules = msgspec.field(default_factory=LabelRules)
    mapping: Mapping[str, str] = {}
    source: str | None = None
    columns: tuple[str, ...] = ()
    kinds: frozenset[str] = FILM_KINDS
    scale: float | None = None
    thousands: str | None = None
    encoding: str | None = None
    title_types: frozenset[str] = IMDB_FILM_TYPES
    adult: bool = False


Record = FilmRecord | RejectedRow
Reader = Callable[[Sequence[InputPath], ReadOptions, Progress], Iterator[Record]]


class Format(msgspec.Struct, frozen=True):
    """A kind of data set that can be imported.

    `read(files, options, progress)` raises `FormatError` immediately if the files do not have
    this format. The iterator that it returns uses constant memory and does not raise.
    `source_name` is None for tables, whose source the operator names. A `joined` format reads its
    files together because each file has a part of every film. `find_source` returns the source
    of a format whose data sets have ids of their own.
    """

    name: str
    help: str
    read: Reader
    source_name: str | None = None
    joined: bool = False
    find_source: Callable[[Sequence[InputPath]], str] | None = None

    def parts(
        self, files: Sequence[InputPath], options: ReadOptions, progress: Progress
    ) -> list[Iterator[Record]]:
        """Return an iterator for each file, or one for all files of a joined format.

        Raise `FormatError` as `read` does.
        """
        alone = [files] if self.joined else [[path] for path in files]
        return [self.read(some, options, progress) for some in alone]

    def source(self, files: Sequence[InputPath], options: ReadOptions) -> str:
        """Return the source, which identifies a film together with its external id.

        Without a source option, a table's source is the name of its first file without
        extensions. Importing the same file again then finds its films, and two tables never mix.
        """
        if self.find_source:
            return self.find_source(files)
        return self.source_name or options.source or files[0].name.split(".")[0].casefold()
