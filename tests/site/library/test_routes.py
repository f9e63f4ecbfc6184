"""Access to the forms of the library."""

import pytest

from kinoteka.site.library.routes import ROUTES
from tests.support.cases import check_each

FORMS = [route.path.replace("{id}", "1") for route in ROUTES if route.method == "POST"]

CROSS_SITE = {
    "cross-site": {"sec-fetch-site": "cross-site"},
    "same-site": {"sec-fetch-site": "same-site"},
    "cross-site and origin": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
}
MALFORMED = {
    "not UTF-8": (b"title=\xff&action=\xfe", "application/x-www-form-urlencoded"),
    "too many fields": (b"a=1&" * 2000, "application/x-www-form-urlencoded"),
    "JSON": (b"[]", "application/json"),
    "zeros": (b"\x00" * 1000, "application/octet-stream"),
}


@pytest.mark.parametrize("path", FORMS)
class TestForms:
    def test_cross_site_form_is_rejected(self, anna, path):
        def check(headers):
            response = anna.post(path, data={"title": "x", "action": "add"}, headers=headers)
            assert response.status_code == 403
            assert "another site" in response.text

        check_each(CROSS_SITE, check)

    def test_form_without_origin_is_rejected(self, anna, path):
        del anna.headers["sec-fetch-site"]
        assert anna.post(path, data={"title": "x"}).status_code == 403

    def test_anonymous_form_is_redirected_to_sign_in(self, browser, path):
        response = browser.post(path, data={"title": "x", "action": "add", "film_id": "1"})
        assert response.status_code == 303
        assert response.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", [path for path in FORMS if not path.endswith("/delete")])
def test_malformed_form_is_rejected(anna, path):
    def check(form):
        content, kind = form
        response = anna.post(path, content=content, headers={"content-type": kind})
        assert response.status_code == 400

    check_each(MALFORMED, check)
