"""Cross-origin resource sharing, as functions and over the wire."""

from collections.abc import Callable

import pytest

from kinoteka.http.policy.cors import allow_preflight
from tests.support.servers import RunningServer


@pytest.mark.parametrize(
    ("requested", "allowed"),
    [
        ("content-type, x-tenant", "content-type, x-tenant"),
        ("x\tone", "authorization, content-type, csrf-token, x-csrf-token"),
        (None, "authorization, content-type, csrf-token, x-csrf-token"),
    ],
)
def test_preflight_of_an_allowed_origin_allows_the_requested_headers(
    requested: str | None, allowed: str
) -> None:
    origin = "https://films.example"
    headers = {b"origin": origin.encode()}
    if requested is not None:
        headers[b"access-control-request-headers"] = requested.encode()
    found = dict(allow_preflight("GET", headers, (origin,)))
    assert found[b"access-control-allow-headers"] == allowed.encode()
    assert allow_preflight("GET", headers, ("https://other.example",)) == []


def test_no_origin_is_allowed_by_default(server: RunningServer) -> None:
    response = server.client().get("/profile", headers={"origin": "https://films.example"})
    assert "access-control-allow-origin" not in response.headers


def test_allowed_origin_may_send_credentials(
    start_server: Callable[..., RunningServer],
) -> None:
    origin = "https://films.example"
    server = start_server(cors_origins=f"{origin},https://other.example")
    client = server.signed_up()
    preflight = client.options("/profile", headers={"origin": origin})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == origin
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    body = client.get("/profile").json() | {"firstname": "Anna"}
    headers = {"origin": origin, "sec-fetch-site": "cross-site"}
    response = client.put("/profile", json=body, headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-credentials"] == "true"
    stranger = client.get("/profile", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
    assert "origin" in stranger.headers["vary"]
