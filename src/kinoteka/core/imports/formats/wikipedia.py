"""Films scraped from Wikipedia's lists by year: JSON arrays, one file per decade.

Layout: https://github.com/prust/wikipedia-movie-data. Films have no ids there. The
article (`href`) is the closest, but lists also link films of other years to the same article (a
remake, a re-release), so the id consists of the article and the year. If both repeat within a file,
the order distinguishes the films.
"""

import re
from collections.abc import Iterator, Sequence

from kinoteka.core.imports.formats import numbers, texts, values
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk
from kinoteka.core.imports.formats.film_rows import MAX_CREDITS
from kinoteka.core.imports.formats.json_rows import Object, json_elements
from kinoteka.core.imports.formats.json_table import check_json_arrays
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import Credit, FilmRecord, InvalidValue, RejectedRow

# Links to articles in other languages, and style sheets, that the scraper took for text.
_MARK_UP = re.compile(r"\xa0\[[a-z]{2,3}\]$|\.mw-parser-output[^{}]*\{[^{}]*\}")
# What is not a name in a list of actors: brackets, "and", "nominee)", awards.
_NO_NAME = re.compile(r"[^\W\d_]?[\W_]*$|[a-z(\[.,&*]|Academy Award")


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read any number of files, each with an array of films."""
    check_json_arrays(files)
    progress.total += bytes_on_disk(files)
    return _read(files, options, progress)


def _read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    for path in files:
        file = InputFile(path, progress)
        # Counted per file, so that a file yields the same films alone and with others.
        occurrences = values.Occurrences()
        for row in json_elements(file):
            if isinstance(row, RejectedRow):
                yield row
                continue
            try:
                film = _film(row[1], occurrences)
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)
            else:
                yield options.labels.apply(film, row[1]) if options.labels else film


def _film(found: Object, occurrences: values.Occurrences) -> FilmRecord:
    title = found.get("title")
    if isinstance(title, str) and (title.endswith("]") or "}" in title):
        title = _MARK_UP.sub(" ", title)
    year = numbers.year_of(found.get("year"))
    article = texts.text_of(found.get("href"), "href", values.ID_LIMIT - 20)
    title = values.title_of(title)
    key = f"{article or title.casefold()} ({year or ''})"
    return values.film(
        occurrences.numbered(key),
        title,
        year=year,
        description=found.get("extract"),
        poster=found.get("thumbnail"),
        genres=found.get("genres"),
        credits=_cast(found.get("cast")),
    )


def _cast(found: object) -> tuple[Credit, ...]:
    """Return the actors, without what the scraper took for names. They have no roles."""
    listed = found if isinstance(found, list) else ()
    names = [each for each in listed if isinstance(each, str) and not _NO_NAME.match(each)]
    return tuple(Credit("acting", name) for name in texts.names_of(names[:MAX_CREDITS], "cast"))
