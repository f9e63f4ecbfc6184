"""Refusals as pages."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.errors import Code
from kinoteka.http.policy.error_messages import COMMON
from kinoteka.site.ui.error_pages import ERROR_RESPONSES, SENTENCES

PAGE = {"accept": "text/html"}


def test_every_code_has_a_sentence_and_a_status():
    assert set(SENTENCES) == set(ERROR_RESPONSES) == set(Code) == set(COMMON)


def test_an_unknown_address_is_a_page_for_browsers(server):
    response = server.client().get("/nowhere", headers=PAGE)
    assert response.status_code == 404
    page = LexborHTMLParser(response.text)
    assert page.css_first("h1").text() == "Page not found."


def test_and_json_for_programs(server):
    response = server.client().get("/nowhere")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/json")


def test_a_wrong_method_says_which_are_right(server):
    response = server.client().get("/preferences", headers=PAGE)
    assert (response.status_code, response.headers["allow"]) == (405, "OPTIONS, POST")


def test_a_bad_token_does_not_keep_anybody_from_the_page(server):
    response = server.client().get("/nowhere", headers=PAGE | {"authorization": "Bearer rubbish"})
    assert (response.status_code, response.headers["content-type"]) == (
        404,
        "text/html; charset=utf-8",
    )


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}]
)
def test_a_form_of_another_site_is_refused(server, headers):
    client = server.signed_up()
    response = client.post("/preferences", data={"language": "ru"}, headers=headers | PAGE)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "{url}"}])
def test_a_form_of_this_site_is_not(server, headers):
    headers = {name: value.format(url=server.url) for name, value in headers.items()}
    response = server.signed_up().post("/preferences", data={"language": "ru"}, headers=headers)
    assert response.status_code == 303


def test_htmx_gets_the_sentence_alone(server):
    response = server.client().get("/nowhere", headers=PAGE | {"hx-request": "true"})
    assert response.text == "Page not found."


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=" + b"b" * 4_000_000])
def test_what_cannot_be_read_is_refused(server, body):
    headers = {"origin": server.url, "content-type": "application/x-www-form-urlencoded"}
    response = server.client().post("/preferences", content=body, headers=headers)
    assert response.status_code in (400, 413)
    assert LexborHTMLParser(response.text).css_first("h1").text()
