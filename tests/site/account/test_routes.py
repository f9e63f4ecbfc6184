"""Access to the account pages and their forms."""

import pytest

from kinoteka.site.account.routes import ROUTES
from tests.site.account.conftest import tree
from tests.support.cases import check_each
from tests.support.html_pages import element, text_of

OWN = [route for route in ROUTES if route.path.startswith("/account")]
LEADING = {
    "/account/avatar": "/account",
    "/account/sessions/1/end": "/account/sessions",
    "/account/sessions/end-others": "/account/sessions",
}
PAGES = [
    route.path
    for route in OWN
    if route.method == "GET" and route.path.replace("{session_id}", "1") not in LEADING
]
CROSS_SITE = {
    "cross-site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "same-site": {"sec-fetch-site": "same-site", "origin": "https://evil.example"},
    "only the origin": {"origin": "https://evil.example"},
    "origin null": {"origin": "null"},
}
MALFORMED = {
    "not UTF-8": (b"password=\xff&present=\xfe", "application/x-www-form-urlencoded"),
    "JSON": (b"[]", "application/json"),
    "zeros": (b"\x00" * 1000, "application/octet-stream"),
    "truncated": (b"password=x", "multipart/form-data; boundary=x"),
}
FORMS = [route.path.replace("{session_id}", "1") for route in OWN if route.method == "POST"]


@pytest.mark.parametrize("path", PAGES)
def test_anonymous_reader_is_redirected_to_sign_in(browser, anna, path):
    response = browser.get(path)
    assert (response.status_code, response.headers["location"]) == (303, f"/sign-in?next={path}")
    response = anna.browser.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    page = tree(response)
    assert text_of(page.css_first("h1"))
    assert element(page, ".tabs [aria-current]").attributes["href"] == path
    assert not page.css("[style], script:not([src])")


@pytest.mark.parametrize("path", PAGES)
def test_page_is_available_in_russian(anna, path):
    response = anna.browser.get(path, headers={"accept-language": "ru"})
    assert response.status_code == 200
    assert element(tree(response), "html").attributes["lang"] == "ru"


@pytest.mark.parametrize("path", FORMS)
class TestForms:
    def test_anonymous_form_is_redirected_to_sign_in(self, browser, path):
        response = browser.post(path, data={})
        assert response.status_code == 303
        assert response.headers["location"].startswith("/sign-in")

    def test_cross_site_form_is_rejected(self, anna, path):
        def check(headers):
            response = anna.browser.post(path, data={}, headers=headers)
            assert response.status_code == 403
            assert text_of(tree(response).css_first("h1")).startswith(
                "This request came from another site"
            )
            assert anna.browser.get("/account").status_code == 200

        check_each(CROSS_SITE, check)

    def test_malformed_form_is_rejected(self, anna, path):
        def check(form):
            content, kind = form
            response = anna.browser.post(path, content=content, headers={"content-type": kind})
            assert response.status_code in (200, 303, 400, 401, 404)
            assert anna.browser.get("/account").status_code == 200

        check_each(MALFORMED, check)


@pytest.mark.parametrize(("path", "to"), LEADING.items())
def test_url_of_a_rejected_form_redirects_to_the_form(anna, path, to):
    response = anna.browser.get(path)
    assert (response.status_code, response.headers["location"]) == (303, to)
