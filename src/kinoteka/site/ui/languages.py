"""The languages of the site: which one a reader gets, and how it writes dates and numbers.

The language comes from the cookie that the language switch sets, or from Accept-Language. Its
region comes from Accept-Language alone and decides how dates, times and numbers are written:
American readers get "November 30, 2026, 3:20 PM" and British ones "30 November 2026, 15:20".
Times are in the time zone that the browser stores in a cookie, or in UTC.
"""

import gettext
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_decimal

from kinoteka.http.mechanics.negotiation import ranges
from kinoteka.infrastructure.clock import now
from kinoteka.search.title_order import title_key
from kinoteka.site.ui.typography import bind

LANGUAGES = {"en": "English", "ru": "Русский"}
DEFAULT = "en"
LOCALES = {
    "en": ("en-GB", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-US", "en-ZA"),
    "ru": ("ru",),
}
"""The locales of each language. The first one is for readers who name no region of this list."""
FOLDER = Path(__file__).parents[1] / "locale"
DOMAIN = "site"
MAX_ZONE_LENGTH = 64
MONTH = 30 * 24 * 60 * 60 * 1000
THOUSAND = 1000
JUST_NOW_SECONDS = 10
MAX_TAG_LENGTH = 500


def N_(text: str) -> str:  # noqa: N802 (the name that extraction looks for)
    """Mark a sentence that is translated where it is shown."""
    return text


JUST_NOW = N_("just now")
FORMER_COUNTRIES = {
    "CS": N_("Czechoslovakia"),
    "DD": N_("East Germany"),
    "SU": N_("Soviet Union"),
    "YU": N_("Yugoslavia"),
}
"""Countries of films that Babel has no names for."""


def NP_(context: str, text: str) -> str:  # noqa: N802
    """Mark a text that needs a context to be translated."""
    del context
    return text


def preferred(accepted: str, chosen: str | None = None) -> str:
    """Return the best locale for an Accept-Language header (RFC 9110, 12.5.4).

    `chosen` is the language that the reader has selected on the site, if any.
    """
    language = chosen if chosen in LANGUAGES else None
    if len(accepted) > MAX_TAG_LENGTH:
        return LOCALES[language or DEFAULT][0]
    return _preferred(accepted, language)


@lru_cache(1000)  # long headers are not cached, so that no client can fill the memory
def _preferred(accepted: str, language: str | None) -> str:
    wanted = sorted(ranges(accepted), key=lambda each: -each[1])
    tags = [tag for tag, quality in wanted if quality > 0]
    if language is None:
        named = (language_of(tag) for tag in tags)
        language = next((each for each in named if each in LANGUAGES), DEFAULT)
    known = {locale.lower(): locale for locale in LOCALES[language]}
    return next((known[tag] for tag in tags if tag in known), LOCALES[language][0])


def language_of(locale: str) -> str:
    """Return the language of a locale: "en" for "en-GB"."""
    return locale.partition("-")[0]


def zone(name: str | None) -> tzinfo:
    """Return the time zone with this name, or UTC if it is unknown."""
    return UTC if not name or len(name) > MAX_ZONE_LENGTH else _zone(name)


@lru_cache(1000)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the translations into a language. English sentences are the keys."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


class Formats:
    """Date and number formats of one locale. Times are milliseconds since 1970."""

    def __init__(self, locale: str) -> None:
        self._language = language = language_of(locale)
        self._locale = Locale.parse(locale, sep="-")
        self._bind = bind if language == "ru" else str
        self._translate = translations(language).gettext
        self._just_now = self._translate(JUST_NOW)
        self._date_and_time = str(self._locale.datetime_formats["medium"])
        self._minutes: dict[time, str] = {}  # of a day

    def number(self, number: float) -> str:
        """Return a count with separated thousands."""
        return _decimal(number, None, self._locale)

    def decimal(self, number: float) -> str:
        """Return a number with one decimal digit."""
        return _decimal(number, "0.0", self._locale)

    def compact(self, number: int) -> str:
        """Return a count in two digits and a unit: 950, 1.2K, 12K."""
        return _compact(float(f"{number:.2g}") if number >= THOUSAND else number, self._locale)

    def country(self, code: str) -> str:
        """Return the name of a country with this code of ISO 3166-1, or the code itself."""
        former = FORMER_COUNTRIES.get(code)
        return self._translate(former) if former else str(self._locale.territories.get(code, code))

    def countries(self, codes: Iterable[str]) -> list[tuple[str, str]]:
        """Return pairs of code and name, sorted by name."""
        named = [(code, self.country(code)) for code in codes]
        return sorted(named, key=lambda each: title_key(each[1], self._language, self._language))

    def languages(self) -> list[tuple[str, str]]:
        """Return pairs of code and name of languages, sorted by name."""
        named = self._locale.languages.items()
        known = [(code, str(name)) for code, name in named if len(code) in (2, 3)]
        return sorted(known, key=lambda each: each[1].casefold())

    def day(self, text: str) -> str:
        """Return a calendar date (YYYY-MM-DD) with the name of the month."""
        return self._bind(format_date(date.fromisoformat(text), "long", locale=self._locale))

    def day_of(self, at: int, where: tzinfo = UTC) -> str:
        """Return the day of a moment with the name of the month."""
        return self._bind(format_date(_moment(at, where), "long", locale=self._locale))

    def moment(self, at: int, where: tzinfo = UTC) -> str:
        """Return the day and the time of day of a moment."""
        return self._date_and_time.format(self.clock(at, where), self.day_of(at, where))

    def clock(self, at: int, where: tzinfo = UTC) -> str:
        """Return the time of day of a moment."""
        moment = _moment(at, where)
        minute = time(moment.hour, moment.minute)
        if minute not in self._minutes:
            self._minutes[minute] = str(format_time(minute, "short", locale=self._locale))
        return self._minutes[minute]

    def ago(self, at: int) -> str:
        """Return how long ago a moment was, or its day if that is more than a month."""
        away = at - now()
        if abs(away) > MONTH:
            return self.day_of(at)
        seconds = round(away / 1000)
        return self._just_now if abs(seconds) < JUST_NOW_SECONDS else self._relative(seconds)

    def soon(self, seconds: int) -> str:
        """Return how soon a wait of at least one second ends."""
        return self._relative(max(seconds, 1))

    def _relative(self, seconds: int) -> str:
        return self._bind(format_timedelta(seconds, add_direction=True, locale=self._locale))

    def listed(self, items: list[str]) -> str:
        """Return items as one phrase: a, b and c."""
        return str(format_list(items, locale=self._locale))


@cache
def formats(locale: str) -> Formats:
    """Return the date and number formats of a locale."""
    return Formats(locale)


@lru_cache(10_000)  # a page has dozens, mostly the same ones
def _decimal(number: float, pattern: str | None, locale: Locale) -> str:
    return str(format_decimal(number, format=pattern, locale=locale))


@lru_cache(1000)
def _compact(number: float, locale: Locale) -> str:
    return str(format_compact_decimal(number, locale=locale, fraction_digits=1))


def iso(at: int) -> str:
    """Return a moment as an RFC 3339 timestamp."""
    return _moment(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(at: int, where: tzinfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(where)
