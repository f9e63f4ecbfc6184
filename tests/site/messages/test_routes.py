"""Chat pages and forms need a member of the chat."""

import pytest

from kinoteka.site.messages.routes import ROUTES
from tests.support.cases import check_each

CROSS_SITE = {
    "cross-site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "same-site": {"sec-fetch-site": "same-site", "origin": "https://evil.example"},
    "origin null": {"origin": "null"},
    "no origin": {},
}


def paths(method):
    return [
        path.replace("{chat_id}", "1")
        .replace("{message_id}", "1")
        .replace("{account_id}", "1")
        .replace("{film_id}", "1")
        for path in (route.path for route in ROUTES if route.method == method)
    ]


@pytest.mark.parametrize("path", paths("GET"))
def test_anonymous_reader_is_redirected_to_sign_in(server, path):
    response = server.client().get(path, headers={"accept": "text/html"})
    assert (response.status_code, response.headers["location"]) == (303, f"/sign-in?next={path}")


@pytest.mark.parametrize("path", paths("POST"))
class TestForms:
    def test_anonymous_form_is_redirected_to_sign_in(self, server, path):
        response = server.client().post(path, data={}, headers={"origin": server.url})
        assert response.status_code == 303
        assert response.headers["location"].startswith("/sign-in")

    def test_cross_site_form_is_rejected(self, anna, path):
        def check(headers):
            assert anna.client.post(path, data={}, headers=headers).status_code == 403

        check_each(CROSS_SITE, check)
