"""The site's cookies, over the wire."""

import pytest


@pytest.mark.parametrize(
    ("cookie", "language"),
    [
        ("language=ru", "ru"),
        ('a=b; language="ru"', "ru"),
        ("language=xx", "en"),
        ("language", "en"),
        (";;;=; language=ru", "ru"),
        ("language=ru; a=" + "b" * 9000, "en"),
    ],
)
def test_a_cookie_is_found_among_others(server, cookie, language):
    headers = {"cookie": cookie, "accept": "text/html"}
    assert server.client().get("/nowhere", headers=headers).headers["content-language"] == language
