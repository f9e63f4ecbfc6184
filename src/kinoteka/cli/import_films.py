"""The command `kinoteka import`."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kinoteka.cli.options import data_option
from kinoteka.cli.output import fail
from kinoteka.cli.progress import import_status, show_progress

if TYPE_CHECKING:
    from kinoteka.core.imports.readers import Format, InputPath, Progress, ReadOptions
    from kinoteka.core.imports.record import RejectedRow
    from kinoteka.infrastructure.settings import Settings

EXAMPLES = """\b
Formats, each with an example:
  imdb       the IMDb's non-commercial datasets, plain or gzipped
             kinoteka import imdb title.basics.tsv.gz title.ratings.tsv.gz \\
                 title.crew.tsv.gz name.basics.tsv.gz
  movielens  kinoteka import movielens movies.csv ratings.csv
  tmdb       the TMDB 5000 tables
             kinoteka import tmdb tmdb_5000_movies.csv tmdb_5000_credits.csv
  wikipedia  JSON arrays of films scraped from Wikipedia's lists
             kinoteka import wikipedia movies-1980s.json movies-1990s.json
  csv        kinoteka import csv films.csv --map title=Name --map year="Release Date"
  jsonl      kinoteka import jsonl films.jsonl --source club
  json       kinoteka import json films.json --label premium:genre=Documentary
  films      any of these; the format is detected, also in a ZIP archive
             kinoteka import films export.zip

\b
Undo an import by the number that its summary names:
  kinoteka import undo 12

\b
Exit codes: 0 stored, 1 a file or everything left out, 2 invalid arguments, 130 interrupted.
"""
NOTHING_STORED = "nothing was stored"
DETECTED = "films"
"""The name with which the command detects the format."""
THOUSANDS = {"comma": ",", "dot": "."}


class ImportCommand(click.Command):
    """The command `import`, which also finds `import undo` and `import mappings`."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Return the context of the command, or of one of the others."""
        if args[:1] == ["undo"]:
            from kinoteka.cli.undo_import import undo_import

            return undo_import.make_context("import undo", args[1:], parent, **extra)
        if args[:1] == ["mappings"]:
            from kinoteka.cli.saved_mappings import mappings

            return mappings.make_context("import mappings", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("import", cls=ImportCommand, epilog=EXAMPLES)
@click.argument("format_name", metavar="FORMAT")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True),
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="The column of a table for a field.",
)
@click.option(
    "--mapping",
    "saved",
    metavar="NAME",
    help="Columns and options that were saved on the site. Other options prevail.",
)
@click.option(
    "--source", metavar="NAME", help="The source of a table. Default: the name of its first file."
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="RULE",
    help="A rule that gives films an access label.",
)
@click.option(
    "--columns", metavar="NAMES", help="The columns of a table without a header row: title,year."
)
@click.option(
    "--kinds",
    multiple=True,
    metavar="KINDS",
    help="The kinds of titles in tables (film,series,episode … or all). Default: films.",
)
@click.option("--scale", metavar="NUMBER", help="The highest possible rating in a table (5, 100).")
@click.option(
    "--thousands",
    type=click.Choice([*THOUSANDS]),
    help="What separates thousands in numbers like 1.000 or 1,000.",
)
@click.option("--encoding", metavar="NAME", help="The encoding of a table. Default: detected.")
@click.option("--type", "types", multiple=True, help="IMDb title types (movie, tvMovie).")
@click.option("--adult", is_flag=True, help="Include adult films (imdb, tmdb).")
@click.option("--keep-going", is_flag=True, help="Store the valid rows even if others are invalid.")
@click.option(
    "--replace", is_flag=True, help="Store films even if most known ids have other titles."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write every rejected row to this file, as JSON Lines.",
)
@click.option(
    "--preview",
    is_flag=True,
    help="Show how the files would be read, and five films of each. Store nothing.",
)
@data_option
def import_films(
    format_name: str,
    files: tuple[Path, ...],
    mapping: tuple[str, ...],
    saved: str | None,
    source: str | None,
    labels: tuple[str, ...],
    columns: str | None,
    kinds: tuple[str, ...],
    scale: str | None,
    thousands: str | None,
    encoding: str | None,
    types: tuple[str, ...],
    adult: bool,
    keep_going: bool,
    replace: bool,
    report: Path | None,
    preview: bool,
    data: Path | None,
) -> None:
    """Import the films of a data set into the catalogue. A server may be running.

    A file with an invalid row is left out as a whole, unless --keep-going is set. (The files of
    imdb, movielens and tmdb belong together and count as one.) Importing a file again updates
    only changed films, and films keep their ids.
    """
    from kinoteka.core.imports.formats.archives import expand_archives
    from kinoteka.core.imports.readers import Progress
    from kinoteka.core.imports.record import FormatError

    if saved is not None:
        from kinoteka.cli.saved_mappings import SavedOptions, with_saved

        written = SavedOptions(mapping, columns, kinds, scale, thousands, encoding)
        mapping, columns, kinds, scale, thousands, encoding = with_saved(data, saved, written)
    given = {
        "--map": mapping,
        "--source": source is not None,
        "--columns": columns,
        "--kinds": kinds,
        "--scale": scale,
        "--thousands": thousands,
        "--encoding": encoding,
        "--type": types,
        "--adult": adult,
    }
    try:
        options = _options(mapping, source, labels, columns, kinds, scale, types, adult=adult)
        options = _with_text_options(options, thousands, encoding)
        progress = Progress()
        expanded = expand_archives(files, progress)
        chosen = _format(format_name, expanded, options)
        _check_options(chosen.name, [option for option, value in given.items() if value], source)
        _check_types(types)
        if preview:
            _preview(chosen, files, options)
            return
        choices = {"keep_going": keep_going, "replace": replace}
        _run(chosen, expanded, options, progress, **choices, report=report, data=data)
    except FormatError as error:
        from kinoteka.cli.import_messages import explain

        raise click.UsageError(explain(error)) from None


def _format(name: str, files: "Sequence[InputPath]", options: "ReadOptions") -> "Format":
    from kinoteka.core.imports.formats import FORMATS
    from kinoteka.core.imports.formats.detection import detect_format

    if name == DETECTED:
        return detect_format(files, options)
    if name not in FORMATS:
        raise click.BadParameter(
            f"{name} is not a format. The formats are {', '.join(FORMATS)}; {DETECTED} detects it.",
            param_hint="'FORMAT'",
        )
    return FORMATS[name]


def _check_options(format_name: str, given: "Sequence[str]", source: str | None) -> None:
    from kinoteka.core.imports.formats import ADULT_FORMATS, TABLES, TEXT_TABLES

    formats: dict[str, tuple[str, ...]] = dict.fromkeys(given, TABLES)
    formats |= {"--columns": TEXT_TABLES, "--type": ("imdb",), "--adult": ADULT_FORMATS}
    for option in given:
        if format_name not in formats[option]:
            raise click.UsageError(f"{option} can only be used with {', '.join(formats[option])}.")
    if source is not None and not source.strip():
        raise click.UsageError("--source is empty.")


def _check_types(types: "Sequence[str]") -> None:
    from kinoteka.core.imports.formats.imdb import TITLE_TYPES

    for title_type in types:
        if title_type not in TITLE_TYPES:
            known = ", ".join(sorted(TITLE_TYPES))
            raise click.UsageError(f"{title_type} is not a title type. The types are {known}.")


def _options(
    mapping: Sequence[str],
    source: str | None,
    labels: Sequence[str],
    columns: str | None,
    kinds: Sequence[str],
    scale: str | None,
    types: Sequence[str],
    *,
    adult: bool,
) -> "ReadOptions":
    from kinoteka.core.imports.formats.kinds import parse_kinds
    from kinoteka.core.imports.formats.mapping import parse_mapping
    from kinoteka.core.imports.formats.sample import parse_scale
    from kinoteka.core.imports.label_rules import LabelRules
    from kinoteka.core.imports.readers import IMDB_FILM_TYPES, ReadOptions

    return ReadOptions(
        labels=LabelRules(labels),
        mapping=parse_mapping(mapping),
        source=source.strip() if source else None,
        columns=tuple(name.strip() for name in columns.split(",")) if columns else (),
        kinds=parse_kinds(kinds),
        scale=parse_scale(scale),
        title_types=frozenset(types) or IMDB_FILM_TYPES,
        adult=adult,
    )


def _with_text_options(
    options: "ReadOptions", thousands: str | None, encoding: str | None
) -> "ReadOptions":
    import msgspec

    from kinoteka.core.imports.formats.encodings import check_encoding

    return msgspec.structs.replace(
        options,
        thousands=THOUSANDS[thousands] if thousands else None,
        encoding=check_encoding(encoding) if encoding else None,
    )


def _preview(chosen: "Format", files: Sequence[Path], options: "ReadOptions") -> None:
    from kinoteka.cli.preview_messages import preview_lines
    from kinoteka.core.imports.preview import preview_import

    for line in preview_lines(preview_import(chosen, files, options)):
        click.echo(line)


def _run(
    chosen: "Format",
    files: "Sequence[InputPath]",
    options: "ReadOptions",
    progress: "Progress",
    *,
    keep_going: bool,
    replace: bool,
    report: Path | None,
    data: Path | None,
) -> None:
    from kinoteka.cli.import_messages import rejected_rows, summary
    from kinoteka.core.imports.service import Import, ImportFailed, OtherFilms, RowRejected

    began = time.monotonic()
    parts = chosen.parts(files, options, progress)
    settings = _migrated(data)
    with _rejected_rows(report) as (listed, on_rejected):
        running = Import(
            chosen.source(files, options),
            labels=options.labels.names,
            keep_going=keep_going,
            replaces=replace,
            on_rejected=on_rejected,
        )
        try:
            with show_progress(lambda: import_status(running, progress)):
                changes = running.run(settings, parts)
        except RowRejected:
            for line in rejected_rows(running, listed):
                click.echo(line, err=True)
            fail(f"{NOTHING_STORED} because of invalid rows (--keep-going stores the rest)")
        except OtherFilms as error:
            fail(
                f"{error}; {NOTHING_STORED}. If the file comes from another site, name it with"
                " --source NAME. If its films have really changed, add --replace"
            )
        except ImportFailed as error:
            fail(f"{error}; {NOTHING_STORED}")
        except KeyboardInterrupt:
            stored = "everything was stored" if running.committed else NOTHING_STORED
            fail(f"interrupted; {stored}", 130)
    for line in summary(running, changes, progress, listed, time.monotonic() - began):
        click.echo(line)
    if running.left_out:
        paths = ", ".join(rejected.path for rejected in running.left_out)
        fail(f"left out because of an invalid row: {paths} (--keep-going stores the rest)")


def _migrated(data: Path | None) -> "Settings":
    from kinoteka.database.migrations import migrate
    from kinoteka.infrastructure import settings as config

    settings = config.load(data=data)
    migrate(settings)
    return settings


@contextmanager
def _rejected_rows(
    report: Path | None,
) -> "Iterator[tuple[list[RejectedRow], Callable[[RejectedRow], None]]]":
    """Yield the list of the first rejected rows, and the function that adds one to the report."""
    import msgspec

    from kinoteka.cli.import_messages import LISTED

    listed: list[RejectedRow] = []
    with ExitStack() as stack:
        file = stack.enter_context(report.open("wb")) if report else None

        def add(rejected: "RejectedRow") -> None:
            if len(listed) < LISTED:
                listed.append(rejected)
            if file:
                file.write(msgspec.json.encode(rejected) + b"\n")

        yield listed, add
