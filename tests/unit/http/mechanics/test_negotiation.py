import pytest

from kinoteka.http.mechanics.negotiation import prefers_page, ranges

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML", True),
        ("text/html, application/json", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0, */*", False),
        ("text/html;q=rubbish", False),
        ("application/json, text/plain, */*", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_page_is_preferred_when_html_is_accepted_most(accept, wanted):
    assert prefers_page({b"accept": accept.encode()}) is wanted


def test_without_the_header_nobody_wants_a_page():
    assert not prefers_page({})


def test_ranges_have_a_quality_from_0_to_1():
    assert ranges("a/b; q=0.3, c/d;level=1, e/f;q=7") == [("a/b", 0.3), ("c/d", 1.0), ("e/f", 1.0)]


def test_too_long_accept_header_is_ignored():
    assert not prefers_page({b"accept": b"text/html," * 1000})
