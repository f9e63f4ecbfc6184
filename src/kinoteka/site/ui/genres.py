"""Translations of common genre names. Other genres keep their names."""

from collections.abc import Callable
from functools import lru_cache

from kinoteka.search.folding import fold
from kinoteka.site.ui.languages import LANGUAGES, NP_, translations

NAMES = frozenset(
    {
        NP_("genre", "Action"),
        NP_("genre", "Adult"),
        NP_("genre", "Adventure"),
        NP_("genre", "Animation"),
        NP_("genre", "Biography"),
        NP_("genre", "Children"),
        NP_("genre", "Comedy"),
        NP_("genre", "Crime"),
        NP_("genre", "Documentary"),
        NP_("genre", "Drama"),
        NP_("genre", "Family"),
        NP_("genre", "Fantasy"),
        NP_("genre", "Film Noir"),
        NP_("genre", "Film-Noir"),
        NP_("genre", "History"),
        NP_("genre", "Horror"),
        NP_("genre", "IMAX"),
        NP_("genre", "Music"),
        NP_("genre", "Musical"),
        NP_("genre", "Mystery"),
        NP_("genre", "News"),
        NP_("genre", "Romance"),
        NP_("genre", "Science Fiction"),
        NP_("genre", "Sci-Fi"),
        NP_("genre", "Short"),
        NP_("genre", "Sport"),
        NP_("genre", "TV Movie"),
        NP_("genre", "Thriller"),
        NP_("genre", "Unknown"),
        NP_("genre", "War"),
        NP_("genre", "Western"),
    }
)


def genre_names(translate: Callable[[str, str], str]) -> Callable[[str], str]:
    """Return a function that translates the name of a genre."""

    def genre_name(name: str) -> str:
        return translate("genre", name) if name in NAMES else name

    return genre_name


@lru_cache(1000)
def folded_names(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the folded words of a genre's name in every language of the site."""
    names = [genre_names(translations(each).pgettext)(name) for each in LANGUAGES]
    return tuple(tuple(fold(each)) for each in dict.fromkeys([name, *names]))
