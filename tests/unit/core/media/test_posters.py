"""Posters: well-formed for any facts, equal for equal facts, different for other films."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.media.posters import HEIGHT, WIDTH, PosterFacts, draw_poster
from tests.support.timings import best_time

SVG = "{http://www.w3.org/2000/svg}"
STALKER = PosterFacts(4, "Stalker", 1979, "Andrei Tarkovsky", "Science Fiction")


def reencoded(facts: PosterFacts) -> ElementTree.Element:
    return ElementTree.fromstring(draw_poster(facts))  # noqa: S314


def words(facts: PosterFacts) -> list[str]:
    return [element.text or "" for element in reencoded(facts).iter(f"{SVG}text")]


def test_poster_shows_the_facts():
    assert words(STALKER) == ["SCIENCE FICTION", "Stalker", "Andrei Tarkovsky", "1979"]
    root = reencoded(STALKER)
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == "Stalker (1979)"


def test_poster_omits_unknown_facts():
    assert words(PosterFacts(1, "Nobody Knows")) == ["Nobody", "Knows"]


def test_poster_of_the_same_facts_is_the_same():
    assert draw_poster(STALKER) == draw_poster(STALKER)


def test_posters_of_different_films_differ():
    titles = ["Stalker", "Solaris", "Mirror"]
    facts = [PosterFacts(number, titles[number % 3], 1970) for number in range(300)]
    assert len({draw_poster(each) for each in facts}) == 300


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        "Tom & Jerry \"x\" 'y' ]]> &amp; <!-- -->",
        "Летят журавли",
        "جدایی نادر از سیمین",
        "七人の侍",
        "W" * 300,
        "Word " * 60,
        "山" * 300,
        "\u0301" * 300,
        "\0\x08\ufffe\ud800",
        "",
        " ",
    ],
)
def test_any_title_gives_well_formed_xml(title):
    for film_id in range(20):
        root = reencoded(PosterFacts(film_id, title, 2000, title, title))
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            *("svg", "title", "rect", "g", "text", "circle", "polygon", "path")
        }


@given(st.builds(PosterFacts, st.integers(0), st.text(), st.integers(), st.text(), st.text()))
def test_any_facts_give_well_formed_xml(facts):
    assert reencoded(facts).tag == f"{SVG}svg"


def test_right_to_left_text_starts_at_the_right_margin():
    facts = PosterFacts(1, "جدایی", 2011, "اصغر فرهادی")
    *_, title, director, year = reencoded(facts).iter(f"{SVG}text")
    assert title.get("direction") == director.get("direction") == "rtl"
    assert float(director.get("x", "0")) > float(year.get("x", "0"))


def test_poster_refers_to_no_other_resources():
    for film_id in range(50):
        poster = draw_poster(PosterFacts(film_id, "Ran", 1985)).decode()
        assert poster.count("http") == 1  # The namespace.
        for risky in ("href", "url(", "<style", "<script", "<image", "<foreignObject", " on"):
            assert risky not in poster


async def test_poster_takes_linear_time_and_is_small():
    short, long = (
        PosterFacts(1, "W" * number, 2000, "W" * number, "W" * 1000) for number in (10_000, 100_000)
    )
    quick = await best_time(lambda: draw_poster(short))
    assert await best_time(lambda: draw_poster(long)) < 40 * quick
    assert len(draw_poster(long)) < 25_000
