"""Refusals as pages."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.errors import Code
from kinoteka.http.policy.error_messages import COMMON
from kinoteka.site.ui.error_pages import ERROR_RESPONSES, SENTENCES
from tests.support.html_pages import element

PAGE = {"accept": "text/html"}


def test_every_code_has_a_sentence_and_a_status():
    assert set(SENTENCES) == set(ERROR_RESPONSES) == set(Code) == set(COMMON)


def test_browsers_receive_a_page_for_an_unknown_url(server):
    response = server.client().get("/nowhere", headers=PAGE)
    assert response.status_code == 404
    page = LexborHTMLParser(response.text)
    assert element(page, "h1").text() == "Page not found."


def test_programs_receive_json_for_an_unknown_url(server):
    response = server.client().get("/nowhere")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/json")


def test_wrong_method_lists_the_allowed_ones(server):
    response = server.client().get("/preferences", headers=PAGE)
    assert (response.status_code, response.headers["allow"]) == (405, "OPTIONS, POST")


def test_invalid_token_does_not_block_a_page(server):
    response = server.client().get("/nowhere", headers=PAGE | {"authorization": "Bearer rubbish"})
    assert (response.status_code, response.headers["content-type"]) == (
        404,
        "text/html; charset=utf-8",
    )


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}]
)
def test_cross_site_form_is_rejected(server, headers):
    client = server.signed_up()
    response = client.post("/preferences", data={"language": "ru"}, headers=headers | PAGE)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "{url}"}])
def test_same_site_form_is_accepted(server, headers):
    headers = {name: value.format(url=server.url) for name, value in headers.items()}
    response = server.signed_up().post("/preferences", data={"language": "ru"}, headers=headers)
    assert response.status_code == 303


def test_htmx_receives_only_the_sentence(server):
    response = server.client().get("/nowhere", headers=PAGE | {"hx-request": "true"})
    assert response.text == "Page not found."


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=" + b"b" * 4_000_000])
def test_malformed_form_is_rejected(server, body):
    headers = {"origin": server.url, "content-type": "application/x-www-form-urlencoded"}
    response = server.client().post("/preferences", content=body, headers=headers)
    assert response.status_code in (400, 413)
    assert element(LexborHTMLParser(response.text), "h1").text()
