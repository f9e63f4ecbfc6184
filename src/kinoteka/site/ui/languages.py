"""The languages of the site: which one a reader gets, and how it says dates and numbers.

The cookie of the switch decides, or else what the browser would rather have. Times are told in
the zone that the browser has left in a cookie, or else in UTC.
"""

import gettext
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from kinoteka.http.mechanics.negotiation import ranges
from kinoteka.infrastructure.clock import now

LANGUAGES = {"en": "English", "ru": "Русский"}
DEFAULT = "en"
FOLDER = Path(__file__).parents[1] / "locale"
DOMAIN = "site"
ZONE_LONGEST = 64
MONTH = 30 * 24 * 60 * 60 * 1000
TAG_LONGEST = 500


def N_(text: str) -> str:  # noqa: N802 (the name that extraction looks for)
    """Mark a sentence that is translated where it is shown."""
    return text


def NP_(context: str, text: str) -> str:  # noqa: N802
    """Mark words that mean something of their own in a context."""
    del context
    return text


def preferred(accepted: str) -> str:
    """The language of an Accept-Language header that the site has (RFC 9110, 12.5.4)."""
    return DEFAULT if len(accepted) > TAG_LONGEST else _preferred(accepted)


@lru_cache(1000)  # what is kept is short: whoever sends long headers must not fill the memory
def _preferred(accepted: str) -> str:
    wanted = sorted(ranges(accepted), key=lambda each: -each[1])
    for tag, quality in wanted:
        language = tag.partition("-")[0]
        if quality > 0 and language in LANGUAGES:
            return language
    return DEFAULT


def zone(name: str | None) -> tzinfo:
    """The time zone of that name; UTC where there is none."""
    return UTC if not name or len(name) > ZONE_LONGEST else _zone(name)


@lru_cache(1000)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The sentences of a language; English ones are their own keys."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


class Formats:
    """How one language writes dates and numbers; times are milliseconds since 1970."""

    def __init__(self, language: str) -> None:
        self._locale = Locale(language)
        self._minutes: dict[time, str] = {}  # of a day

    def number(self, number: float) -> str:
        """A count, with its thousands set apart."""
        return _decimal(number, None, self._locale)

    def decimal(self, number: float) -> str:
        """A number with one digit after the point."""
        return _decimal(number, "0.0", self._locale)

    def day(self, text: str) -> str:
        """A calendar date (YYYY-MM-DD) in words."""
        return str(format_date(date.fromisoformat(text), "long", locale=self._locale))

    def day_of(self, at: int, where: tzinfo = UTC) -> str:
        """The day of a moment, in words."""
        return str(format_date(_moment(at, where), "long", locale=self._locale))

    def moment(self, at: int, where: tzinfo = UTC) -> str:
        """A moment: day and time."""
        return str(format_datetime(_moment(at, where), "medium", where, locale=self._locale))

    def clock(self, at: int, where: tzinfo = UTC) -> str:
        """The time of day of a moment."""
        moment = _moment(at, where)
        minute = time(moment.hour, moment.minute)
        if minute not in self._minutes:
            self._minutes[minute] = str(format_time(minute, "short", locale=self._locale))
        return self._minutes[minute]

    def ago(self, at: int) -> str:
        """How long ago a moment was, or how soon it will be; a month away, its day."""
        away = at - now()
        if abs(away) > MONTH:
            return self.day_of(at)
        seconds = round(away / 1000) or -1  # "in 0 seconds" would be wrong of what has just been
        return str(format_timedelta(seconds, add_direction=True, locale=self._locale))

    def soon(self, seconds: int) -> str:
        """So many seconds from now."""
        return str(format_timedelta(seconds, add_direction=True, locale=self._locale))

    def listed(self, items: list[str]) -> str:
        """Several things as one phrase: a, b and c."""
        return str(format_list(items, locale=self._locale))


@cache
def formats(language: str) -> Formats:
    """How a language writes dates and numbers."""
    return Formats(language)


@lru_cache(10_000)  # a page has dozens, mostly the same ones
def _decimal(number: float, pattern: str | None, locale: Locale) -> str:
    return str(format_decimal(number, format=pattern, locale=locale))


def iso(at: int) -> str:
    """A moment for machines (RFC 3339)."""
    return _moment(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(at: int, where: tzinfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(where)
