"""Addresses of films on other sites.

Public operations: links_of.
"""

import re
from typing import NamedTuple

from kinoteka.site.ui.departments import SITES as NAMES


class Link(NamedTuple):
    """The name of a site and a film's address there."""

    name: str
    address: str


SITES: dict[str, tuple[str, str, str]] = {
    "imdb": (NAMES["imdb"], r"tt\d+", "https://www.imdb.com/title/{}/"),
    "tmdb": (NAMES["tmdb"], r"\d+", "https://www.themoviedb.org/movie/{}"),
    "kinopoisk": (NAMES["kinopoisk"], r"\d+", "https://www.kinopoisk.ru/film/{}/"),
    "wikidata": (NAMES["wikidata"], r"Q\d+", "https://www.wikidata.org/wiki/{}"),
}
"""The name of each site, the form of its ids, and the address of a film."""


def links_of(ids: dict[str, str]) -> list[Link]:
    """Return the links to a film's pages on other sites. Skip malformed ids."""
    return [
        Link(name, address.format(ids[kind]))
        for kind, (name, form, address) in SITES.items()
        if re.fullmatch(form, ids.get(kind, ""))
    ]
