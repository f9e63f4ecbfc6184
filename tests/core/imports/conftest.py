"""What the tests of the import share: real data where it is there, and reading a format whole."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.reading import Progress, ReadOptions
from kinoteka.core.imports.record import FilmRecord, Refused

REAL_DATA = Path(__file__).parents[4] / "shared" / "data"


class Outcome(NamedTuple):
    """All that a reader yielded, in order and by kind, and where its progress ended."""

    films: list[FilmRecord]
    refused: list[Refused]
    progress: Progress

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(refusal.line, refusal.reason.value) for refusal in self.refused]

    @property
    def titles(self) -> list[str]:
        return [film.title for film in self.films]


def read_whole(name: str, files: Sequence[Path], **options: Any) -> Outcome:
    progress = Progress()
    records = list(FORMATS[name].read(files, ReadOptions(**options), progress))
    films = [record for record in records if isinstance(record, FilmRecord)]
    refused = [record for record in records if isinstance(record, Refused)]
    assert progress.read == progress.total
    return Outcome(films, refused, progress)


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
    """The folder of real data sets; the test is skipped where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real data sets are not beside the project (../shared/data)")
    return REAL_DATA
