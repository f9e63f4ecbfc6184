"""Codes of countries (ISO 3166-1) from their names in English or Russian."""

from collections.abc import Iterable
from functools import cache

from babel import Locale

LANGUAGES = ("en", "ru")
FURTHER_NAMES = {
    **dict.fromkeys(("usa", "us", "united states of america", "u.s.a.", "u.s."), "US"),
    **dict.fromkeys(("uk", "u.k.", "great britain", "england", "scotland", "wales"), "GB"),
    **dict.fromkeys(("soviet union", "ussr", "ссср"), "SU"),
    **dict.fromkeys(("yugoslavia", "federal republic of yugoslavia", "югославия"), "YU"),
    **dict.fromkeys(("czechoslovakia", "чехословакия"), "CS"),
    **dict.fromkeys(("east germany", "гдр", "германия (гдр)"), "DD"),
    **dict.fromkeys(("west germany", "фрг", "германия (фрг)"), "DE"),
    **dict.fromkeys(("czech republic", "чехия"), "CZ"),
    **dict.fromkeys(("hong kong", "гонконг"), "HK"),
    **dict.fromkeys(("korea", "republic of korea", "корея южная", "южная корея"), "KR"),
    **dict.fromkeys(("north korea", "корея северная"), "KP"),
    **dict.fromkeys(("turkey", "турция"), "TR"),
    **dict.fromkeys(("the netherlands", "holland", "голландия"), "NL"),
    **dict.fromkeys(("russian federation", "рф"), "RU"),
    **dict.fromkeys(("macau", "macao"), "MO"),
    **dict.fromkeys(("ivory coast",), "CI"),
    **dict.fromkeys(("palestine",), "PS"),
    **dict.fromkeys(("macedonia",), "MK"),
    **dict.fromkeys(("белоруссия",), "BY"),
    **dict.fromkeys(("великобритания",), "GB"),
    **dict.fromkeys(("сша",), "US"),
}
HISTORICAL = frozenset({"SU", "YU", "CS", "DD"})
"""Former codes of ISO 3166-1 (now in 3166-3) that films need."""


def country_codes(names: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of names or codes of countries, without duplicates. Skip unknown names."""
    known = _codes()
    found = (known.get(name.strip().casefold()) for name in names)
    return tuple(dict.fromkeys(code for code in found if code))


@cache
def all_codes() -> frozenset[str]:
    """Return the codes of all countries, also of former ones."""
    return frozenset(_codes().values())


@cache
def _codes() -> dict[str, str]:
    """Return code by name and by code, in lower case."""
    codes: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "UN", "EZ"):
                codes.setdefault(name.casefold(), code)
                codes.setdefault(code.casefold(), code)
    return codes | {code.casefold(): code for code in HISTORICAL} | FURTHER_NAMES
