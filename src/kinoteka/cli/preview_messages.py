"""Texts of `kinoteka import --preview`: how files would be read, and sample films."""

from collections.abc import Iterator

from kinoteka.cli.import_messages import describe_rejected_row, explain
from kinoteka.core.imports.preview import PartPreview, Preview, Question
from kinoteka.core.imports.readers import ColumnUse, Recognition
from kinoteka.core.imports.record import FilmRecord, FormatError

REASONS = {
    "option": "by --map",
    "name": "by its name",
    "content": "by its content",
    "unknown": "unknown name",
    "repeated": "an earlier column has the same name",
    "note": "the owner's note",
    "personal": "a member's own",
}
DELIMITERS = {"\t": "tab"}
THOUSANDS = {",": "comma", ".": "dot"}
MAX_TEXT = 100
WIDEST_COLUMN = 40


def preview_lines(preview: Preview) -> Iterator[str]:
    """Yield the lines of a preview."""
    yield f"{preview.format}, source {preview.source}; nothing was stored"
    for part in preview.parts:
        yield from _part(part)
    if preview.more:
        yield f"and {preview.more:,} more files"
    for path in preview.ignored:
        yield f"{path} has no data for the catalogue, ignored"


def film_lines(film: FilmRecord) -> Iterator[str]:
    """Yield the lines of a film as it would be stored."""
    original = f" / {film.original_title}" if film.original_title else ""
    year = f" ({film.year})" if film.year else ""
    yield f"  {film.title}{original}{year}"
    for name, value in _facts(film):
        if value:
            yield f"    {name:<12}{_cut(value)}"


def _part(part: PartPreview) -> Iterator[str]:
    yield ", ".join(part.paths) + ":"
    known = part.recognition
    if known is not None:
        yield "  " + "; ".join(_layout(known))
        width = min(max((len(use.name) for use in known.columns), default=0), WIDEST_COLUMN)
        for use in known.columns:
            yield f"  {_cut(use.name, WIDEST_COLUMN):<{width}}  {_use(use)}"
    for question in part.questions:
        yield f"question: {_question(question)}"
    if part.films:
        yield "sample films:"
    for film in part.films:
        yield from film_lines(film)
    if not part.films and not part.questions:
        yield "no films in the rows that were read"
    for row in part.rejected:
        yield f"rejected: {describe_rejected_row(row)}"
    for kind, count in part.skipped.items():
        yield f"left out in the rows that were read: {kind} {count:,}"


def _layout(known: Recognition) -> Iterator[str]:
    yield f"encoding {known.encoding}"
    if known.delimiter is not None:
        yield f"{DELIMITERS.get(known.delimiter, known.delimiter)} between columns"
        yield f"header row in line {known.header}" if known.header else "no header row"
    if known.list_name is not None:
        yield f"list “{known.list_name}”"
    if known.scale and any(use.field == "rating" for use in known.columns):
        named = {"option": "--scale", "content": "shown by the values", "default": "default"}
        yield f"ratings up to {known.scale:g} ({named[known.scale_reason]})"
    if known.thousands:
        yield f"{THOUSANDS.get(known.thousands, known.thousands)} between thousands"
    if known.turned_titles:
        yield "titles like “Matrix, The (1999)”"


def _use(use: ColumnUse) -> str:
    if use.field is None:
        return f"left alone ({REASONS[use.reason]})"
    return f"→ {', '.join((use.field, *use.further))} ({REASONS[use.reason]})"


def _question(question: Question) -> str:
    return explain(FormatError(question.code, **question.parameters))


def _facts(film: FilmRecord) -> Iterator[tuple[str, str]]:
    yield "id", film.external_id
    yield "rating", "" if film.rating is None else f"{film.rating:g}"
    yield "votes", f"{film.votes:,}" if film.votes else ""
    yield "runtime", f"{film.runtime_minutes} min" if film.runtime_minutes else ""
    yield "genres", ", ".join(film.genres)
    yield "directors", ", ".join(film.directors)
    yield "cast", ", ".join(_named(film, "acting"))
    yield "writers", ", ".join(_named(film, "writing"))
    yield "countries", ", ".join(film.countries)
    yield "titles", ", ".join(f"{title} ({kind})" for _, kind, title in film.titles)
    yield "ids", ", ".join(f"{kind} {value}" for kind, value in all_ids(film))
    yield "description", film.description or ""
    yield "trailer", film.trailer or ""
    yield "poster", film.poster or ""
    yield "label", film.label or ""


def all_ids(film: FilmRecord) -> Iterator[tuple[str, str]]:
    """Yield the ids of a film at other sites, each kind once."""
    known = {"imdb": film.imdb_id, "tmdb": film.tmdb_id and str(film.tmdb_id), **dict(film.ids)}
    return ((kind, value) for kind, value in known.items() if value)


def _named(film: FilmRecord, department: str) -> Iterator[str]:
    return (credit.name for credit in film.credits if credit.department == department)


def _cut(text: str, longest: int = MAX_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
