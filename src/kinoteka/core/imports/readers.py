"""What every reader is given, and what a format tells about itself."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import FilmRecord, RejectedRow

IMDB_FILM_TYPES = frozenset({"movie", "tvMovie"})


class Progress:
    """How far a reader has come; it writes, whoever shows it reads.

    `read` and `total` are bytes on disk (compressed ones for gzip); a file that is read
    twice counts twice. `skipped` counts rows that are sound but not wanted (a kind of
    title, an adult film), by kind. `ignored` are files that hold nothing for the catalogue.
    """

    __slots__ = ("ignored", "read", "skipped", "total")

    def __init__(self) -> None:
        self.read = 0
        self.total = 0
        self.skipped: Counter[str] = Counter()
        self.ignored: list[Path] = []


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's choices. `mapping` (field → column) and `source` concern tables alone."""

    labels: LabelRules = msgspec.field(default_factory=LabelRules)
    mapping: Mapping[str, str] = {}
    source: str | None = None
    title_types: frozenset[str] = IMDB_FILM_TYPES
    adult: bool = False


Record = FilmRecord | RejectedRow
Reader = Callable[[Sequence[Path], ReadOptions, Progress], Iterator[Record]]


class Format(msgspec.Struct, frozen=True):
    """A kind of data set that can be imported.

    `read(files, options, progress)` raises `FormatError` at once where the files are not
    this format's, then yields in constant memory and raises no more. `source_name` is None
    for tables, which the operator names. `joined` formats need their files together, since a
    film is spread over them.
    """

    name: str
    help: str
    read: Reader
    source_name: str | None = None
    joined: bool = False

    def parts(
        self, files: Sequence[Path], options: ReadOptions, progress: Progress
    ) -> list[Iterator[Record]]:
        """Return what is read from each file, or from all together where they are joined.

        Raise `FormatError` like `read`.
        """
        alone = [files] if self.joined else [[path] for path in files]
        return [self.read(some, options, progress) for some in alone]

    def source(self, files: Sequence[Path], options: ReadOptions) -> str:
        """Return the name that, with the external id, identifies a film.

        A table without a name given is named after its first file, without the endings, so
        that the same file read again finds its films and two tables never mix.
        """
        return self.source_name or options.source or files[0].name.split(".")[0].casefold()
