from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from kinoteka.infrastructure.clock import DAY, now
from kinoteka.site.ui import languages
from kinoteka.site.ui.languages import formats, iso, preferred, translations, zone

AT = 1_700_000_000_000  # 2023-11-14T22:13:20Z


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, ru;q=0.4, en;q=0.6", "en"),
        ("de", "en"),
        ("", "en"),
        ("ru;q=0", "en"),
        ("ru" * 1000, "en"),
    ],
)
def test_the_browser_says_which_language(accepted, language):
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    "name", [None, "", "Mars/Olympus", "../../etc/passwd", "x" * 100, "Europe"]
)
def test_an_unknown_zone_is_utc(name):
    assert zone(name) is UTC


class TestFormats:
    def test_english(self):
        english = formats("en")
        assert english.number(1234567) == "1,234,567"
        assert english.decimal(8) == "8.0"
        assert english.day("2001-04-06") == "April 6, 2001"
        assert english.ago(now() - 2 * DAY) == "2 days ago"
        assert english.listed(["a", "b", "c"]) == "a, b, and c"

    def test_russian(self):
        russian = formats("ru")
        assert russian.number(1234567) == "1\xa0234\xa0567"
        assert russian.decimal(8) == "8,0"
        assert russian.day("2001-04-06") == "6 апреля 2001\u202fг."
        assert russian.ago(now() - 2 * DAY) == "2 дня назад"

    def test_a_moment_is_told_in_the_readers_zone(self):
        assert formats("ru").moment(AT, ZoneInfo("Asia/Tokyo")) == "15 нояб. 2023\u202fг., 07:13:20"

    def test_the_time_of_day_is_the_readers(self):
        assert formats("en").clock(AT, ZoneInfo("Asia/Tokyo")) == "7:13\u202fAM"
        assert formats("ru").clock(AT) == "22:13"

    def test_moment_that_has_just_been_is_in_the_past(self):
        assert formats("en").ago(now()).endswith(" ago")

    def test_what_is_long_ago_is_told_by_its_day(self):
        assert formats("en").ago(AT) == "November 14, 2023"


def test_machines_are_told_in_utc():
    assert iso(AT) == "2023-11-14T22:13:20Z"


def test_english_sentences_are_their_own_keys():
    assert translations("en").gettext("Films") == "Films"


def test_what_is_too_long_is_not_remembered():
    before = languages._preferred.cache_info(), languages._zone.cache_info()
    assert preferred("ru," * 1000) == "en"
    assert zone("Europe/" * 1000) is UTC
    assert before == (languages._preferred.cache_info(), languages._zone.cache_info())
