"""Forged requests and CORS, over a real socket."""

import pytest

from running import RunningServer

OWN = "same as the server"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": OWN}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://["}, False),
        ({"sec-fetch-site": "cross-site", "origin": OWN}, False),
        ({"sec-fetch-site": "cross-site", "authorization": "Basic YW5uYTpob3JzZQ=="}, False),
    ],
)
def test_unsafe_requests_of_other_origins_are_refused(
    server: RunningServer, headers: dict[str, str], allowed: bool
) -> None:
    client = server.signed_up()
    sent = {name: server.url if value == OWN else value for name, value in headers.items()}
    body = client.get("/profile").json() | {"firstname": "Anna"}
    answer = client.put("/profile", json=body, headers=sent)
    assert answer.status_code == (200 if allowed else 403)
    assert client.get("/profile").json()["firstname"] == ("Anna" if allowed else "")


def test_reading_is_not_refused(server: RunningServer) -> None:
    client = server.signed_up()
    answer = client.get("/profile", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200


def test_cors_is_off_by_default(server: RunningServer) -> None:
    answer = server.client().get("/profile", headers={"origin": "https://films.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_an_origin_of_the_settings_may_call_with_credentials(start_server) -> None:
    origin = "https://films.example"
    server = start_server(cors_origins=f"{origin},https://other.example")
    client = server.signed_up()
    preflight = client.options("/profile", headers={"origin": origin})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == origin
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    body = client.get("/profile").json() | {"firstname": "Anna"}
    headers = {"origin": origin, "sec-fetch-site": "cross-site"}
    answer = client.put("/profile", json=body, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-credentials"] == "true"
    stranger = client.get("/profile", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
    assert "origin" in stranger.headers["vary"]
