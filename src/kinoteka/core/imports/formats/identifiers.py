"""Ids of films on other sites, as texts of cells, numbers or addresses of pages."""

import re
from collections.abc import Sequence

from kinoteka.core.imports.record import Ids

MOST = 0.8
"""Which share of a column's values decides what the column contains."""

_PATTERNS: dict[str, re.Pattern[str]] = {
    "imdb": re.compile(r"(?:.*/title/)?(tt\d{1,10})(?:[/?].*)?|(\d{1,10})"),
    "tmdb": re.compile(r"(?:.*themoviedb\.org/movie/)?(\d{1,15})(?:[-/?].*)?"),
    "kinopoisk": re.compile(r"(?:.*kinopoisk\.ru/film/)?(\d{1,15})(?:[/?].*)?"),
    "wikidata": re.compile(r"(?:.*wikidata\.org/(?:entity|wiki)/)?(Q\d{1,15})"),
    "movielens": re.compile(r"(\d{1,15})"),
    "letterboxd": re.compile(
        r"(?:https?://)?boxd\.it/(\w{1,40})|(?:.*letterboxd\.com/film/)?([\w-]{1,200})/?"
    ),
}
_PAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("imdb", re.compile(r"https?://(?:\w+\.)?imdb\.com/title/tt\d+")),
    ("tmdb", re.compile(r"https?://(?:www\.)?themoviedb\.org/movie/\d+")),
    ("kinopoisk", re.compile(r"https?://(?:www\.)?kinopoisk\.ru/film/\d+")),
    ("wikidata", re.compile(r"https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/Q\d+")),
    ("letterboxd", re.compile(r"https?://(?:boxd\.it/\w+|(?:www\.)?letterboxd\.com/film/)")),
)
_WRITTEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("imdb", re.compile(r"tt\d{6,10}")),
    ("wikidata", re.compile(r"Q\d{2,12}")),
)


def id_of(kind: str, value: object) -> str | None:
    """Return the id of a kind from an id or the address of a film's page, or None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    written = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    written = written.strip().removesuffix(".0")
    found = _PATTERNS[kind].fullmatch(written)
    if not found:
        return None
    if kind == "imdb":
        return found[1] or f"tt{found[2]:0>7}"
    identifier = next(filter(None, found.groups()))
    return None if identifier == "0" else identifier


def id_of_page(value: object) -> tuple[str, str] | None:
    """Return the kind and the id of the film whose page has this address, or None."""
    if not isinstance(value, str):
        return None
    for kind, pattern in _PAGES:
        if pattern.match(value) and (identifier := id_of(kind, value)):
            return kind, identifier
    return None


def kind_of_ids(values: Sequence[str]) -> str | None:
    """Return the kind of ids or pages that most of these texts are, or None."""
    for kind, pattern in _WRITTEN:
        if values and sum(map(bool, map(pattern.fullmatch, values))) >= MOST * len(values):
            return kind
    pages = [page[0] for value in values if (page := id_of_page(value))]
    if pages and len(pages) >= MOST * len(values):
        return max(set(pages), key=pages.count)
    return None


def unique_ids(ids: Sequence[tuple[str, str | None]]) -> Ids:
    """Return the ids that exist, the first one of each kind."""
    found: dict[str, str] = {}
    for kind, identifier in ids:
        if identifier:
            found.setdefault(kind, identifier)
    return tuple(found.items())
