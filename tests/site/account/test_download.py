"""Taking away all that is kept of oneself."""

import json

from tests.site.account.conftest import sign_up, tree
from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD


def test_data_is_downloaded_as_a_file(server, anna):
    response = anna.browser.post("/account/data")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-disposition"].startswith('attachment; filename="kinoteka-20')
    document = json.loads(response.content)
    assert document["account"]["username"] == anna.name
    assert document.keys() == {
        "exported_at",
        "account",
        "sessions",
        "sign_ins",
        "bookmarks",
        "selections",
        "chats",
    }


def test_data_contains_no_secrets_and_nothing_of_others(server, anna):
    berta = sign_up(server)
    text = anna.browser.post("/account/data").text
    assert berta.name not in text
    assert PASSWORD not in text
    assert "argon2" not in text
    assert anna.browser.cookies["session_id"] not in text


def test_downloads_are_limited(start_server):
    anna = sign_up(start_server(export_limit="1 per hour"))
    assert anna.browser.post("/account/data").status_code == 200
    response = anna.browser.post("/account/data")
    assert response.status_code == 429
    assert "Try again in" in text_of(tree(response).css_first("[role=alert]"))
    assert response.headers["content-type"] == "text/html; charset=utf-8"


def test_link_does_not_start_a_download(anna):
    page = tree(anna.browser.get("/account/data"))
    assert page.css_first("form[method=post][action='/account/data']")
