"""Fixtures for imports: real data sets, reading a whole format, and a catalogue to fill."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.readers import Progress, ReadOptions
from kinoteka.core.imports.record import FilmRecord, RejectedRow
from kinoteka.core.imports.service import Import
from kinoteka.database import film_search as search
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows, write_transaction

REAL_DATA = Path(__file__).parents[5] / "shared" / "data"


class Outcome(NamedTuple):
    """The films and rejected rows that a reader yielded, and its final progress."""

    films: list[FilmRecord]
    rejected: list[RejectedRow]
    progress: Progress

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(row.line, row.reason.value) for row in self.rejected]

    @property
    def titles(self) -> list[str]:
        return [film.title for film in self.films]


def read_whole(name: str, files: Sequence[Path], **options: Any) -> Outcome:
    progress = Progress()
    records = list(FORMATS[name].read(files, ReadOptions(**options), progress))
    films = [record for record in records if isinstance(record, FilmRecord)]
    rejected = [record for record in records if isinstance(record, RejectedRow)]
    assert progress.read == progress.total
    return Outcome(films, rejected, progress)


@pytest.fixture
def read() -> Callable[..., Outcome]:
    """Read files in a format: `read("csv", [path], adult=True)`."""
    return read_whole


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., Outcome]:
    r"""Read one file with the given content: `read_text("csv", "id,title\\n1,Alien\\n")`."""

    def read_content(name: str, content: str | bytes, **options: Any) -> Outcome:
        path = tmp_path / f"films.{name}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_whole(name, [path], **options)

    return read_content


@pytest.fixture
def real_data() -> Path:
    """Return the folder of real data sets. Skip the test if it is missing."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real data sets are not beside the project (../shared/data)")
    return REAL_DATA


class Stored:
    """A database of its own with helpers to import films and to read the result."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, *parts: Sequence[Any], source: str = "club", **options: Any) -> Import:
        """Import parts of films and rejected rows. Return the finished import."""
        running = Import(source, **options)
        self.changes = running.run(self.settings, parts)
        return running

    def rows(self, sql: str, *given: Any) -> list[Any]:
        """Return the rows of a query, or plain values if it has one column."""
        return rows(self.settings, sql, *given)

    def execute(self, sql: str) -> None:
        """Execute a statement on another connection."""
        execute(self.settings, sql)

    def titles(self) -> list[str]:
        """Return the titles of all films in the order of their ids."""
        return self.rows("SELECT title FROM films ORDER BY id")

    def found(self, text: str) -> list[str]:
        """Return the titles that a search finds."""
        with write_transaction(self.settings) as reader:
            ids = search.find(reader, text, None)
        return [self.rows("SELECT title FROM films WHERE id = ?", film_id)[0] for film_id in ids]

    def leftovers(self) -> set[str]:
        """Return what an import has left behind: temporary tables and unexpected files."""
        files = {path.suffix for path in self.settings.data.iterdir()}
        files -= {".db", ".db-wal", ".db-shm", ".importing", ".migrating"}
        if not self.settings.database_url:
            return files
        return files | set(self.rows("SELECT relname FROM pg_class WHERE relpersistence = 't'"))


@pytest.fixture
def stored_in() -> type[Stored]:
    """A catalogue in another migrated database: `stored_in(settings)`."""
    return Stored


@pytest.fixture
def stored(settings: Settings) -> Stored:
    """An empty catalogue to import into: `stored.run([film("1", "Alien")])`."""
    return Stored(settings)
