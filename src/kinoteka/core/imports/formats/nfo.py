"""Kodi's .nfo files: a film as XML, or an export of a library (`videodb.xml`).

Layout: https://kodi.wiki/view/NFO_files/Movies. defusedxml rejects entities and external
references.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from kinoteka.core.imports.formats import texts, values
from kinoteka.core.imports.formats.country_codes import country_codes
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk, raw_start
from kinoteka.core.imports.formats.film_rows import MAX_CREDITS
from kinoteka.core.imports.formats.identifiers import id_of, unique_ids
from kinoteka.core.imports.formats.kinds import kind_of
from kinoteka.core.imports.formats.numbers import MAX_RATING, is_no_value, rating_of, votes_of
from kinoteka.core.imports.formats.sample import parse_scale
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import (
    Credit,
    FilmRecord,
    FormatCode,
    FormatError,
    Ids,
    InvalidValue,
    RejectionReason,
)

Element = Any  # an element of the standard library, whose parser is not used

LIMIT = 64 * 1024 * 1024
"""How many bytes a file may have: it is parsed as a whole."""
ROOTS = (b"<movie", b"<tvshow", b"<episodedetails", b"<videodb", b"<musicvideo")
FILM = "movie"
_ID_KINDS = ("imdb", "tmdb", "kinopoisk", "wikidata")


def is_nfo(start: bytes) -> bool:
    """Return whether a file begins like an .nfo file."""
    return start.lstrip().startswith((b"<?xml", *ROOTS)) and any(
        root in start[:5000] for root in ROOTS
    )


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read any number of files.

    Raise `FormatError` FILE_UNRECOGNISED (`path`, `expected`) or TOO_LARGE (`path`, `limit`).
    """
    for path in files:
        if not is_nfo(raw_start(path)):
            raise FormatError(FormatCode.FILE_UNRECOGNISED, path=str(path), expected=["<movie>"])
        if path.stat().st_size > LIMIT:
            raise FormatError(FormatCode.TOO_LARGE, path=str(path), limit=LIMIT // 1024**2)
    progress.total += bytes_on_disk(files)
    return (
        record for path in files for record in _read(InputFile(path, progress), options, progress)
    )


def _read(file: InputFile, options: ReadOptions, progress: Progress) -> Iterator[Record]:
    content = b"".join(file.chunks())
    if failures := file.failure():
        yield from failures
        return
    try:
        root = fromstring(_without_address(content))
    except DefusedXmlException:
        yield file.rejected_row(1, RejectionReason.XML_INVALID, "it defines entities of its own")
        return
    except (ParseError, ValueError) as error:
        yield file.rejected_row(1, RejectionReason.XML_INVALID, str(error))
        return
    elements = list(root) if root.tag == "videodb" else [root]
    for ordinal, element in enumerate(elements, 1):
        if element.tag != FILM:
            if kind := kind_of(element.tag):
                progress.skipped[kind] += 1
            continue
        try:
            film = _film(element)
        except InvalidValue as error:
            detail = f"element {ordinal}: {error.detail}" if len(elements) > 1 else error.detail
            yield file.rejected_row(1, error.reason, detail)
        else:
            yield options.labels.apply(film) if options.labels else film


def _without_address(content: bytes) -> bytes:
    """Return the XML without the address that may follow it."""
    end = content.rfind(b">")
    return content[: end + 1].lstrip()


def _film(element: Element) -> FilmRecord:
    ids = dict(_ids(element))
    imdb_id, tmdb_id = ids.pop("imdb", None), ids.pop("tmdb", None)
    rating, votes = _rating(element)
    return values.film(
        imdb_id or (f"tmdb:{tmdb_id}" if tmdb_id else None),
        _text(element, "title"),
        _text(element, "originaltitle"),
        _text(element, "year") or _text(element, "premiered"),
        _text(element, "plot") or _text(element, "outline"),
        rating,
        votes,
        _address(_text(element, "trailer")),
        _poster(element),
        _texts(element, "genre"),
        _texts(element, "director"),
        _text(element, "runtime"),
        imdb_id=imdb_id,
        tmdb_id=int(tmdb_id) if tmdb_id else None,
        ids=tuple(ids.items()),
        countries=country_codes(_texts(element, "country")),
        credits=_credits(element),
        occurrences=None,
    )


def _ids(element: Element) -> Ids:
    """Return the ids of `uniqueid`, else of the older elements `id` and `tmdbid`."""
    found = [
        (kind, id_of(kind, (each.text or "").strip()))
        for each in element.findall("uniqueid")
        if (kind := each.get("type", "").lower()) in _ID_KINDS
    ]
    older = _text(element, "id") or ""
    found.append(("imdb", id_of("imdb", older) if older.startswith("tt") else None))
    found.append(("tmdb", id_of("tmdb", _text(element, "tmdbid") or "")))
    return unique_ids(found)


def _rating(element: Element) -> tuple[float | None, int | None]:
    """Return the rating with the most votes and its votes."""
    best: tuple[float | None, int | None] = None, None
    for each in element.findall("ratings/rating"):
        rating = rating_of(_text(each, "value"), _highest(each.get("max")))
        votes = _votes(each)
        if rating is not None and (best[0] is None or (votes or 0) > (best[1] or 0)):
            best = rating, votes
    if best[0] is None:
        return rating_of(_text(element, "rating")), _votes(element)
    return best


def _highest(written: str | None) -> float:
    try:
        return parse_scale(written) or MAX_RATING
    except FormatError:
        return MAX_RATING


def _votes(element: Element) -> int | None:
    written = _text(element, "votes")
    return None if is_no_value(written) else votes_of(written, ",")


def _credits(element: Element) -> tuple[Credit, ...]:
    found = [Credit("directing", name) for name in _names(element, "director")]
    found += [Credit("writing", name) for name in _names(element, "credits")]
    for actor in element.findall("actor"):
        name = texts.text_of(_text(actor, "name"), "actor", texts.NAME_LIMIT)
        role = texts.text_of(_text(actor, "role"), "role", texts.DESCRIPTION_LIMIT)
        if name:
            found.append(Credit("acting", name, role[: texts.NAME_LIMIT]))
    return tuple(found[:MAX_CREDITS]) if len(found) > len(element.findall("director")) else ()


def _names(element: Element, tag: str) -> tuple[str, ...]:
    return texts.names_of(_texts(element, tag), tag)


def _poster(element: Element) -> str | None:
    """Return the first address of a poster. Other pictures have another aspect."""
    for each in element.findall("thumb"):
        if each.get("aspect", "poster") == "poster" and (found := _address(each.text)):
            return found
    return None


def _address(text: str | None) -> str | None:
    """Return an http(s) address. Kodi also has addresses of its own (plugin://…)."""
    stripped = (text or "").strip()
    return stripped if stripped.startswith(("http://", "https://")) else None


def _texts(element: Element, tag: str) -> list[str]:
    return [each.text.strip() for each in element.findall(tag) if each.text and each.text.strip()]


def _text(element: Element, tag: str) -> str | None:
    return next(iter(_texts(element, tag)), None)
