"""Forged requests and CORS, over a real socket."""

import pytest

from tests.support.servers import PASSWORD, RunningServer, unique_name
from tests.support.token_users import new_user

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
    response = client.put("/profile", json=body, headers=sent)
    assert response.status_code == (200 if allowed else 403)
    assert client.get("/profile").json()["firstname"] == ("Anna" if allowed else "")


def test_reading_is_not_refused(server: RunningServer) -> None:
    client = server.signed_up()
    response = client.get("/profile", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 200


FORM_HEADERS = [
    ({}, 200),
    ({"origin": OWN}, 200),
    ({"sec-fetch-site": "same-origin"}, 200),
    ({"origin": "https://evil.example"}, 403),
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "same-site"}, 403),
    ({"cookie": "theme=dark"}, 403),
    ({"cookie": "theme=dark", "origin": OWN}, 200),
    ({"cookie": "theme=dark", "authorization": "Bearer x"}, 403),
    ({"origin": "https://evil.example", "authorization": "Bearer x"}, 403),
]


@pytest.mark.engines("sqlite")
class TestForms:
    """Bodies of the auth service and of cinema as application/x-www-form-urlencoded."""

    @pytest.mark.parametrize(("headers", "status"), FORM_HEADERS)
    @pytest.mark.parametrize(
        ("path", "field"), [("/api/v1/user/login", "login"), ("/auth/login", "email")]
    )
    def test_sign_in_form_shows_where_it_comes_from_unless_sent_by_a_program(
        self, server: RunningServer, path: str, field: str, headers: dict[str, str], status: int
    ) -> None:
        name = unique_name()
        server.signed_up(name)
        sent = {key: server.url if value == OWN else value for key, value in headers.items()}
        body = {field: f"{name}@example.com", "password": PASSWORD}
        assert server.client().post(path, data=body, headers=sent).status_code == status

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({}, 403), ({"origin": OWN}, 200), ({"authorization": "token"}, 200)],
    )
    def test_form_with_a_cookie_shows_where_it_comes_from_unless_a_token_is_sent(
        self, server: RunningServer, headers: dict[str, str], status: int
    ) -> None:
        name = unique_name()
        client = server.signed_up(name)
        user = new_user(server)
        sent = {"origin": server.url} if headers.get("origin") else {}
        if "authorization" in headers:
            sent["authorization"] = f"Bearer {user.access_token}"
        response = client.patch("/user/", data={"name": "Anna"}, headers=sent)
        assert response.status_code == status

    def test_repeated_key_is_rejected(self, server: RunningServer) -> None:
        client = server.client()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response = client.post("/auth/login", content="email=a&email=b&password=c", headers=headers)
        assert (response.status_code, response.json()["message"]) == (
            400,
            "email: is given more than once",
        )

    @pytest.mark.parametrize("path", ["/login", "/auth/login", "/user/signin", "/api/v1/user"])
    def test_compressed_body_is_rejected(self, server: RunningServer, path: str) -> None:
        headers = {"content-encoding": "gzip"}
        response = server.client().post(path, content=b"x", headers=headers)
        assert response.status_code == 415
