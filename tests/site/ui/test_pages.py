"""What every page has: headers, compression, its parts."""

import asyncio
import gzip
from time import perf_counter

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.site.ui.pages import YIELD_AFTER_SECONDS, _join, local_path
from tests.support.html_pages import element

PAGE = {"accept": "text/html"}


@pytest.fixture
def response(server):
    return server.client().get("/nowhere", headers=PAGE)


class TestHeaders:
    def test_policy_allows_only_files_of_the_site(self, response):
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
        assert rules["base-uri"] == rules["frame-ancestors"] == rules["frame-src"] == "'none'"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "private, no-cache"),
        ],
    )
    def test_headers_follow_owasp(self, response, name, value):
        assert response.headers[name] == value

    def test_browser_features_are_disabled(self, response):
        assert "camera=()" in response.headers["permissions-policy"]

    def test_pages_of_signed_in_users_must_not_be_stored(self, server):
        response = server.signed_up().get("/nowhere", headers=PAGE)
        assert response.headers["cache-control"] == "private, no-store"

    def test_https_upgrades_insecure_requests(self, start_server):
        server = start_server(public_url="https://films.example")
        headers = server.client().get("/nowhere", headers=PAGE).headers
        assert "upgrade-insecure-requests" in headers["content-security-policy"]


def test_page_is_compressed_if_accepted(server):
    client = server.client(accept="text/html", accept_encoding="gzip")
    with client.stream("GET", "/nowhere") as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert "<h1>" in gzip.decompress(raw).decode()


def test_page_has_the_required_elements(response):
    page = LexborHTMLParser(response.text)
    assert element(page, "html").attributes["lang"] == "en-GB"
    assert element(page, "a.skip").attributes["href"] == "#main"
    assert page.css_first("main#main")
    assert not page.css("[style], script:not([src])")


def test_page_names_the_signed_in_user(server):
    client = server.signed_up("имя-Ё")
    page = LexborHTMLParser(client.get("/nowhere", headers=PAGE).text)
    assert element(page, ".menu-title").text() == "имя-Ё"


@pytest.mark.parametrize("path", ["/", "/films?page=2", "/people/имя", "/a%2fb"])
def test_local_path_accepts_paths_of_the_site(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "films",
        "https://a.example",
        "//a.example",
        "/\\a",
        "/a\\b",
        "/a\n",
        "/" + "a" * 2000,
    ],
)
def test_local_path_rejects_other_addresses(path):
    assert local_path(path, "/account") == "/account"


async def test_rendering_yields_to_the_event_loop():
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def pieces():
        for number in range(20):
            until = perf_counter() + YIELD_AFTER_SECONDS
            while perf_counter() < until:
                pass
            yield str(number)

    task = asyncio.create_task(other())
    assert await _join(pieces()) == "".join(map(str, range(20)))
    task.cancel()
    assert turns >= 19
