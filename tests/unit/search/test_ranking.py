import pytest

from kinoteka.search.entry import IndexEntry, lines_of
from kinoteka.search.query import parse
from kinoteka.search.ranking import Cost, RankedQuery

FILM = IndexEntry(
    1,
    "Star Wars: Episode IV - A New Hope",
    "Star Wars",
    0,
    1977,
    ("Звёздные войны",),
    ("George Lucas", "Mark Hamill"),
)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("star wars", Cost.WHOLE_TITLE),
        ("star wars 1977", Cost.WHOLE_TITLE),
        ("star wars episode 4 a new hope", Cost.WHOLE_TITLE),
        ("zvyozdnye voyny", Cost.WHOLE_SOUND),
        ("new hope", Cost.WHOLE_PART),
        ("star wars episode", Cost.TITLE_START),
        ("star wa", Cost.TITLE_START_UNFINISHED),
        ("wars episode", Cost.PHRASE),
        ("hope wars", Cost.WORDS),
        ("lucas", Cost.PERSON),
        ("лукас", Cost.PERSON),
        ("george luc", Cost.PERSON_UNFINISHED),
        ("lucas wars", Cost.WORDS_AND_PEOPLE),
        ("hamill 1977", Cost.PERSON),
        ("lucas hop", Cost.WORDS_UNFINISHED),
        ("star trek", Cost.NONE),
        ("star wars 1980", Cost.NONE),
    ],
)
def test_cost_of_a_match(query, cost):
    assert RankedQuery(parse(query)).cost("\n".join(lines_of(FILM))) == cost


def test_costs_follow_the_quality_of_the_match():
    order = (
        *(Cost.WHOLE_TITLE, Cost.WHOLE_SOUND, Cost.WHOLE_PART, Cost.TITLE_START, Cost.PHRASE),
        *(Cost.WORDS, Cost.WORDS_UNFINISHED, Cost.PERSON_UNFINISHED, Cost.NONE),
    )
    assert sorted(order) == list(order)


def test_beginning_of_a_title_word_costs_less_than_one_of_a_name():
    query = RankedQuery(parse("war"))
    wars = "\n".join(lines_of(IndexEntry(1, "Star Wars", None, 0)))
    varda = "\n".join(lines_of(IndexEntry(2, "Vagabond", None, 0, people=("Agnès Varda",))))
    assert query.cost(wars) < query.cost(varda)
