"""MovieLens 1M and 10M (`::` between cells) and 100K (`u.item`), all without header rows.

Layouts: https://files.grouplens.org/datasets/movielens/ml-1m-README.txt, ml-10m-README.html and
ml-100k-README.txt. 1M and 10M have the ids of the newer data sets; 100K has ids of its own. Texts
are Latin-1, or UTF-8 in 10M. Ratings (`ratings.dat`, `u.data`) run from 0.5 or 1 to 5.
"""

from collections.abc import Iterator, Sequence

from kinoteka.core.imports.formats import texts, values
from kinoteka.core.imports.formats.encodings import UTF8
from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile, bytes_on_disk, raw_start
from kinoteka.core.imports.formats.movielens_ratings import RatingSums, doubled
from kinoteka.core.imports.formats.titles import split_title
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import (
    FilmRecord,
    FormatCode,
    FormatError,
    InvalidValue,
    RejectedRow,
    RejectionReason,
)

LATIN1 = "latin-1"
GENRES = (
    *("", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary"),
    *("Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi"),
    *("Thriller", "War", "Western"),
)
"""The genres of 100K, in the order of its flags. The first flag means unknown."""
NO_GENRES = "(no genres listed)"

_COLONS, _BARS, _TABS = b"::", b"|", b"\t"
_ITEM_CELLS = 5 + len(GENRES)
_FILMS, _RATINGS, _IGNORED = "films", "ratings", "ignored"
_KNOWN_FILES = frozenset({"users.dat", "tags.dat", "u.user", "u.info", "u.genre", "u.occupation"})


def is_older(path: InputPath) -> bool:
    """Return whether a file belongs to one of these data sets."""
    return _role_of(path) is not None


def source_of(files: Sequence[InputPath]) -> str:
    """Return the source: 100K has ids of its own."""
    is_100k = any(_role_of(path) == (_FILMS, _BARS) for path in files)
    return "movielens-100k" if is_100k else "movielens"


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read the films and, if present, their ratings."""
    found: dict[str, tuple[InputPath, bytes]] = {}
    for path in files:
        role = _role_of(path)
        if role is None:
            expected = ["movies.dat", "ratings.dat", "u.item", "u.data"]
            raise FormatError(FormatCode.FILE_UNRECOGNISED, path=str(path), expected=expected)
        if role[0] == _IGNORED:
            progress.ignored.append(path)
        elif role[0] in found:
            raise FormatError(FormatCode.FILE_REPEATED, path=str(path), role=role[0])
        else:
            found[role[0]] = path, role[1]
    if _FILMS not in found:
        raise FormatError(FormatCode.FILE_NEEDED, role="movies.dat")
    progress.total += bytes_on_disk([path for path, _ in found.values()])
    return _read(found, options, progress)


def _role_of(path: InputPath) -> tuple[str, bytes] | None:
    """Return the role of a file and what separates its cells, or None for other files."""
    first = raw_start(path).splitlines()[0].strip()
    if path.name in _KNOWN_FILES:
        return _IGNORED, b""
    cells = first.split(_COLONS)
    if len(cells) >= 3 and cells[0].isdigit():
        is_film = len(cells) == 3 and not cells[1].isdigit()
        return (_FILMS if is_film else _RATINGS), _COLONS
    if first.count(_BARS) == _ITEM_CELLS - 1 and first.split(_BARS)[0].isdigit():
        return _FILMS, _BARS
    if first.count(_TABS) == 3 and all(cell.isdigit() for cell in first.split(_TABS)):
        return _RATINGS, _TABS
    return None


def _read(
    found: dict[str, tuple[InputPath, bytes]], options: ReadOptions, progress: Progress
) -> Iterator[Record]:
    ratings = RatingSums()
    if _RATINGS in found:
        path, separator = found[_RATINGS]
        yield from _read_ratings(InputFile(path, progress), separator, ratings)
    path, separator = found[_FILMS]
    file = InputFile(path, progress)
    for number, line in enumerate(file.lines(), 1):
        if not line.strip():
            continue
        try:
            film = _film(_decoded(line), separator.decode(), ratings)
        except InvalidValue as error:
            yield file.rejected_row(number, error.reason, error.detail)
        else:
            yield options.labels.apply(film) if options.labels else film
    yield from file.failure()


def _read_ratings(file: InputFile, separator: bytes, ratings: RatingSums) -> Iterator[RejectedRow]:
    for number, line in enumerate(file.lines(), 1):
        cells = line.split(separator)
        rating = doubled(cells[2]) if len(cells) == 4 else None
        if rating is None:
            if line.strip():
                detail = line[:40].decode(LATIN1)
                yield file.rejected_row(number, RejectionReason.RATING_INVALID, detail)
        else:
            ratings.add(cells[1], rating)
    yield from file.failure()


def _decoded(line: bytes) -> str:
    if len(line) > RECORD_LIMIT:
        raise InvalidValue(RejectionReason.TOO_LONG, f"more than {RECORD_LIMIT} bytes")
    try:
        return line.decode(UTF8)
    except UnicodeDecodeError:
        return line.decode(LATIN1)


def _film(line: str, separator: str, ratings: RatingSums) -> FilmRecord:
    cells = line.split(separator)
    expected = 3 if separator == _COLONS.decode() else _ITEM_CELLS
    if len(cells) != expected:
        detail = f"{len(cells)} columns of {expected}"
        raise InvalidValue(RejectionReason.COLUMNS_MISMATCH, detail)
    movie = cells[0].strip()
    if not movie.isdecimal():
        raise InvalidValue(RejectionReason.ID_INVALID, movie[:40])
    title, other, year = split_title(texts.text_of(cells[1], "title", values.TITLE_LIMIT))
    rating, votes = ratings.of(movie)
    if expected == 3:
        genres = cells[2] if cells[2] != NO_GENRES else ""
    else:
        flags = zip(GENRES, cells[5:], strict=True)
        genres = "|".join(genre for genre, flag in flags if flag.strip() == "1" and genre)
    return values.film(
        movie,
        title,
        other,
        year or (cells[2] if expected != 3 else None),
        rating=rating,
        votes=votes or None,
        genres=genres,
        ids=(("movielens", movie),) if expected == 3 else (),
        titles=(("", "alternative", other),) if other else (),
    )
