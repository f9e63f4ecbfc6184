"""Titles as MovieLens and other tables write them: `Matrix, The (1999)`."""

import re

_YEAR_AT_END = re.compile(r"\s*\((\d{1,6})(?:[-–]\s*(?:\d{4})?)?\)\s*$")
_OTHER_TITLE = re.compile(r"^(.+?)\s+\(([^()]+)\)$")
_ALSO_KNOWN_AS = re.compile(r"^a\.?k\.?a\.?\s+", re.IGNORECASE)
_ARTICLE_AT_END = re.compile(
    r"^(.+), (The|An?|L'|L[aeo]s?|I|Il|Gli|Els?|Una?|Une|D(?:as|er|ie|e[nt]?)|Eine?|En|Ett?|O|Os)$"
)
_ARTICLE_FIRST = re.compile(r"^(?:The|An?|L[ae]s?|El|Il|D(?:as|er|ie)) ")


def split_title(written: str) -> tuple[str, str | None, str | None]:
    """Return the title, the other title and the year (a text) of a turned title.

    "City of Lost Children, The (Cité des enfants perdus, La) (1995)" is "The City of Lost
    Children", "La Cité des enfants perdus", "1995". The other title, usually the original one, is
    the last text in brackets. Earlier texts in brackets are part of the title.
    """
    title, year = written.strip(), None
    if found := _YEAR_AT_END.search(title):
        title, year = title[: found.start()], found[1]
    other = None
    if title.endswith(")") and (found := _OTHER_TITLE.match(title)):
        title, other = found[1], _article_first(_ALSO_KNOWN_AS.sub("", found[2].strip()))
    return _article_first(title), other, year


def has_year(title: str) -> bool:
    """Return whether a title ends with a year in brackets."""
    return bool(_YEAR_AT_END.search(title))


def has_article_at_end(title: str) -> bool:
    """Return whether a title ends with an article, before a year in brackets."""
    return bool(_ARTICLE_AT_END.match(_YEAR_AT_END.sub("", title.strip())))


def has_article_first(title: str) -> bool:
    """Return whether a title begins with an article."""
    return bool(_ARTICLE_FIRST.match(title))


def _article_first(title: str) -> str:
    found = _ARTICLE_AT_END.match(title)
    if not found:
        return title
    article = found[2] if found[2].endswith("'") else found[2] + " "
    return article + found[1]
