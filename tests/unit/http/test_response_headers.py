"""Security headers on every kind of response, over the wire (OWASP ASVS 5, 3.4)."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.servers import RunningServer, run_server

PAGE = {"accept": "text/html"}
HSTS = "max-age=31536000; includeSubDomains"

# Every kind of response: method, path, headers, status.
RESPONSES = [
    pytest.param("GET", "/movies/?page=1", {}, 200, id="list"),
    pytest.param("GET", "/movies/", {}, 200, id="stream"),
    pytest.param("HEAD", "/genres/", {}, 200, id="head"),
    pytest.param("GET", "/user/", {}, 401, id="not signed in"),
    pytest.param("GET", "/nowhere", {}, 404, id="unknown path"),
    pytest.param("PATCH", "/movies/", {}, 405, id="wrong method"),
    pytest.param("OPTIONS", "/movies/", {}, 204, id="options"),
    pytest.param("POST", "/auth/login", {}, 400, id="bad body"),
    pytest.param("GET", "/", PAGE, 200, id="page"),
    pytest.param("GET", "/nowhere", PAGE, 404, id="unknown page"),
    pytest.param("GET", "/account", PAGE, 303, id="redirect"),
    pytest.param("GET", "/docs", {}, 200, id="docs"),
    pytest.param("GET", "/openapi.json", {}, 200, id="openapi"),
    pytest.param("GET", "/healthz", {}, 200, id="health"),
    pytest.param("GET", "/metrics", {}, 200, id="metrics"),
    pytest.param("GET", "/.well-known/jwks.json", {}, 200, id="keys"),
    pytest.param("GET", "/media/films/1.svg", {}, 404, id="poster"),
    pytest.param("GET", "/notifications", {}, 404, id="socket without handshake"),
]


@pytest.fixture(scope="module")
def https_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {"public_url": "https://films.example"}
    with run_server(tmp_path_factory.mktemp("https"), settings) as server:
        yield server


@pytest.fixture
def https_client(https_server: RunningServer) -> httpx.Client:
    return https_server.client()


@pytest.mark.parametrize(("method", "path", "headers", "status"), RESPONSES)
def test_every_response_has_the_security_headers(https_client, method, path, headers, status):
    response = https_client.request(method, path, headers=headers)
    assert response.status_code == status
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers.get_list("strict-transport-security") == [HSTS]
    policy = re.split(r";\s*", response.headers["content-security-policy"])
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(("method", "path", "headers", "status"), RESPONSES)
def test_every_text_names_its_charset(https_client, method, path, headers, status):
    kind = https_client.request(method, path, headers=headers).headers.get("content-type", "")
    if kind.startswith("text/"):
        assert "charset=utf-8" in kind


def test_plain_http_server_does_not_ask_for_https(tmp_path) -> None:
    with run_server(tmp_path, {}) as server:
        assert "strict-transport-security" not in server.client().get("/genres/").headers
