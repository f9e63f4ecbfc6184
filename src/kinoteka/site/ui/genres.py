"""Translations of common genre names. Other genres keep their names."""

from collections.abc import Callable

from kinoteka.site.ui.languages import NP_

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
