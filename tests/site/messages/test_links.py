"""Links in what people write: the same texts as in the browser."""

import json
from pathlib import Path

import pytest

from kinoteka.site.messages.links import linked_film_ids, split_links
from tests.support.timings import best_time

CASES = json.loads(Path(__file__).with_name("links.json").read_text(encoding="utf-8"))
HOSTS = ["films.example"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30])
def test_urls_become_links(case):
    pieces = split_links(case["text"], HOSTS)
    found = [
        [piece.text] if piece.address is None else [piece.text, piece.film_id] for piece in pieces
    ]
    assert found == case["pieces"]
    assert "".join(piece.text for piece in pieces) == case["text"]


def test_link_text_is_its_address():
    assert all(
        piece.address in (None, piece.text) for piece in split_links("a https://b.example", [])
    )


def test_message_has_at_most_three_cards_and_none_twice():
    parts = split_links("/films/3 /films/1 /films/3 /films/9 /films/4", HOSTS)
    assert linked_film_ids(parts) == [3, 1, 9]


@pytest.mark.parametrize("text", ["https://" + ")" * 4000, "(" * 4000, "/films/" * 600, "h" * 4000])
def test_hostile_texts_are_parsed_in_linear_time(text):
    assert "".join(piece.text for piece in split_links(text, HOSTS)) == text


def test_at_most_fifty_urls_become_links():
    parts = split_links("/films/1 " * 400, HOSTS)
    assert len([part for part in parts if part.address]) == 50
    assert "".join(part.text for part in parts) == "/films/1 " * 400


async def test_thousands_of_brackets_are_parsed_in_linear_time():
    short, long = ("https://a.example" + ")" * number for number in (400, 4000))
    quick = await best_time(lambda: split_links(short, HOSTS))
    assert await best_time(lambda: split_links(long, HOSTS)) < 40 * quick
