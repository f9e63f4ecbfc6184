"""Formats and their readers: options, progress and the records that a reader yields."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import FilmRecord, RejectedRow

IMDB_FILM_TYPES = frozenset({"movie", "tvMovie"})


class Progress:
    """The progress of a reader, which another thread may show.

    `read` and `total` are bytes on disk (compressed bytes of gzip files). A file that is read
    twice counts twice. `skipped` counts valid rows that the options exclude (a type of title, an
    adult film), by kind. `ignored` lists files without data for the catalogue.
    """

    __slots__ = ("ignored", "read", "skipped", "total")

    def __init__(self) -> None:
        self.read = 0
        self.total = 0
        self.skipped: Counter[str] = Counter()
        self.ignored: list[Path] = []


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's options. `mapping` (field → column) and `source` apply only to tables."""

    labels: LabelRules = msgspec.field(default_factory=LabelRules)
    mapping: Mapping[str, str] = {}
    source: str | None = None
    title_types: frozenset[str] = IMDB_FILM_TYPES
    adult: bool = False


Record = FilmRecord | RejectedRow
Reader = Callable[[Sequence[Path], ReadOptions, Progress], Iterator[Record]]


class Format(msgspec.Struct, frozen=True):
    """A kind of data set that can be imported.

    `read(files, options, progress)` raises `FormatError` immediately if the files do not have
    this format. The iterator that it returns uses constant memory and does not raise.
    `source_name` is None for tables, whose source the operator names. A `joined` format reads its
    files together because each file has a part of every film.
    """

    name: str
    help: str
    read: Reader
    source_name: str | None = None
    joined: bool = False

    def parts(
        self, files: Sequence[Path], options: ReadOptions, progress: Progress
    ) -> list[Iterator[Record]]:
        """Return an iterator for each file, or one for all files of a joined format.

        Raise `FormatError` as `read` does.
        """
        alone = [files] if self.joined else [[path] for path in files]
        return [self.read(some, options, progress) for some in alone]

    def source(self, files: Sequence[Path], options: ReadOptions) -> str:
        """Return the source, which identifies a film together with its external id.

        Without a source option, a table's source is the name of its first file without
        extensions. Importing the same file again then finds its films, and two tables never mix.
        """
        return self.source_name or options.source or files[0].name.split(".")[0].casefold()
