from datetime import UTC
from itertools import chain
from zoneinfo import ZoneInfo

import pytest

from kinoteka.infrastructure.clock import DAY, now
from kinoteka.site.ui import languages
from kinoteka.site.ui.languages import LOCALES, formats, iso, preferred, translations, zone

AT = 1_700_000_000_000  # 2023-11-14T22:13:20Z


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, ru;q=0.4, en;q=0.6", "en-GB"),
        ("de", "en-GB"),
        ("", "en-GB"),
        ("ru;q=0", "en-GB"),
        ("ru" * 1000, "en-GB"),
        ("en-US,en;q=0.9", "en-US"),
        ("en;q=0.9, en-AU;q=0.8", "en-AU"),
        ("en-XX", "en-GB"),
        ("en-US;q=0", "en-GB"),
    ],
)
def test_locale_is_the_first_known_one_that_the_browser_accepts(accepted, language):
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    ("accepted", "chosen", "locale"),
    [
        ("ru,en-US;q=0.5", "en", "en-US"),
        ("ru", "en", "en-GB"),
        ("en-US", "ru", "ru"),
        ("en-US", "de", "en-US"),
    ],
)
def test_chosen_language_keeps_the_region_of_the_browser(accepted, chosen, locale):
    assert preferred(accepted, chosen) == locale


def test_every_locale_has_formats():
    for locale in chain.from_iterable(LOCALES.values()):
        assert "2023" in formats(locale).moment(AT)


@pytest.mark.parametrize(
    "name", [None, "", "Mars/Olympus", "../../etc/passwd", "x" * 100, "Europe"]
)
def test_unknown_zone_is_utc(name):
    assert zone(name) is UTC


class TestFormats:
    def test_british_formats(self):
        english = formats("en-GB")
        assert english.number(1234567) == "1,234,567"
        assert english.decimal(8) == "8.0"
        assert english.day("2001-04-06") == "6 April 2001"
        assert english.moment(AT) == "14 November 2023, 22:13"
        assert english.ago(now() - 2 * DAY) == "2 days ago"
        assert english.listed(["a", "b", "c"]) == "a, b and c"

    def test_american_formats(self):
        american = formats("en-US")
        assert american.day("2001-04-06") == "April 6, 2001"
        assert american.moment(AT) == "November 14, 2023, 10:13\u202fPM"

    def test_russian_formats(self):
        russian = formats("ru")
        assert russian.number(1234567) == "1\xa0234\xa0567"
        assert russian.decimal(8) == "8,0"
        assert russian.day("2001-04-06") == "6\xa0апреля 2001\u202fг."
        assert russian.ago(now() - 2 * DAY) == "2\xa0дня назад"

    def test_moment_is_in_the_readers_zone(self):
        assert (
            formats("ru").moment(AT, ZoneInfo("Asia/Tokyo")) == "15\xa0ноября 2023\u202fг., 07:13"
        )

    def test_time_of_day_is_in_the_readers_zone(self):
        assert formats("en-US").clock(AT, ZoneInfo("Asia/Tokyo")) == "7:13\u202fAM"
        assert formats("en-GB").clock(AT, ZoneInfo("Asia/Tokyo")) == "07:13"
        assert formats("ru").clock(AT) == "22:13"

    @pytest.mark.parametrize(("locale", "text"), [("en-GB", "just now"), ("ru", "только что")])
    def test_last_seconds_are_just_now(self, locale, text):
        for milliseconds in (0, 400, 2_000, -400, -2_000):
            assert formats(locale).ago(now() - milliseconds) == text

    def test_earlier_seconds_are_counted(self):
        assert formats("en-GB").ago(now() - 20_000).endswith(" seconds ago")
        assert formats("ru").ago(now() - 20_000).endswith(" назад")

    def test_a_wait_is_at_least_one_second(self):
        assert formats("en-GB").soon(0) == "in 1 second"
        assert formats("ru").soon(0) == "через 1\xa0секунду"
        assert formats("ru").soon(30) == "через 30\xa0секунд"

    def test_distant_moment_is_shown_as_a_day(self):
        assert formats("en-GB").ago(AT) == "14 November 2023"


def test_machines_are_told_in_utc():
    assert iso(AT) == "2023-11-14T22:13:20Z"


def test_english_sentences_are_their_own_keys():
    assert translations("en").gettext("Films") == "Films"


def test_long_headers_are_not_cached():
    before = languages._preferred.cache_info(), languages._zone.cache_info()
    assert preferred("ru," * 1000) == "en-GB"
    assert zone("Europe/" * 1000) is UTC
    assert before == (languages._preferred.cache_info(), languages._zone.cache_info())
