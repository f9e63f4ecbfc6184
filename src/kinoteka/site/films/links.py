"""Addresses of films on other sites.

Public operations: links_of.
"""

import re
from typing import NamedTuple

from kinoteka.site.ui.languages import N_


class Link(NamedTuple):
    """The name of a site and a film's address there."""

    name: str
    address: str


SITES: dict[str, tuple[str, str, str]] = {
    "imdb": ("IMDb", r"tt\d+", "https://www.imdb.com/title/{}/"),
    "tmdb": ("TMDB", r"\d+", "https://www.themoviedb.org/movie/{}"),
    "kinopoisk": (N_("Kinopoisk"), r"\d+", "https://www.kinopoisk.ru/film/{}/"),
    "wikidata": (N_("Wikidata"), r"Q\d+", "https://www.wikidata.org/wiki/{}"),
}
"""The name of each site, the form of its ids, and the address of a film."""


def links_of(ids: dict[str, str]) -> list[Link]:
    """Return the links to a film's pages on other sites. Skip malformed ids."""
    return [
        Link(name, address.format(ids[kind]))
        for kind, (name, form, address) in SITES.items()
        if re.fullmatch(form, ids.get(kind, ""))
    ]
