"""The filmsite contract, section by section: request → status, body, effect."""

import httpx
import pytest

from tests.support.pictures import noise, picture
from tests.support.servers import PASSWORD, RunningServer, unique_name

EMPTY: dict[str, dict[str, str]] = {"body": {}}
NOT_PARSED = "failed to parse json string from the body"
NO_SESSION = {"message": "can't get info without session", "status": 0}
NOT_FOUND = {"message": "user not found", "status": 4}


def csrf_header(client: httpx.Client) -> dict[str, str]:
    return {"csrf-token": client.get("/user/csrf").json()["body"]["csrf"]}


def cookie(client: httpx.Client) -> str:
    return f"session_id={client.cookies['session_id']}"


class TestSignUp:
    """POST /user/signup"""

    def test_sign_up_sets_the_cookie(self, server: RunningServer, email: str) -> None:
        client = server.client()
        response = client.post("/user/signup", json={"email": email, "password": PASSWORD})
        assert (response.status_code, response.json()) == (200, EMPTY)
        assert response.headers["set-cookie"].startswith("session_id=")
        assert {"HttpOnly", "SameSite=Lax"} <= set(response.headers["set-cookie"].split("; "))
        assert client.get("/user/profile").json()["body"]["email"] == email

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({}, (None, "")),
            ({"birthday": "2001-04-06"}, ("2001-04-06", "")),
            ({"birthday": "2001-Apr-06"}, ("2001-04-06", "")),
            ({"birthday": "", "avatar_url": ""}, (None, "")),
            ({"birthday": None, "avatar_url": None}, (None, "")),
            (
                {"avatar_url": "https://pictures.example/a.jpg"},
                (None, "https://pictures.example/a.jpg"),
            ),
            ({"nickname": "anna"}, (None, "")),
        ],
    )
    def test_fields_of_the_document_are_stored(
        self, server: RunningServer, email: str, fields: dict[str, object], expected: object
    ) -> None:
        client = server.client()
        body = {"email": email, "password": PASSWORD, **fields}
        assert client.post("/user/signup/", json=body).status_code == 200
        profile = client.get("/user/profile").json()["body"]
        assert (profile["birthday"], profile["avatar_url"]) == expected

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("fields", "message", "status"),
        [
            ({"email": "no address"}, "email or password not validated", 2),
            ({"email": ""}, "email or password not validated", 2),
            ({"email": "a\x00b@example.com"}, "email or password not validated", 2),
            ({"password": "short"}, "email or password not validated", 3),
            ({"password": "password1"}, "email or password not validated", 3),
            ({"password": "x" * 129}, "email or password not validated", 3),
            ({"birthday": "soon"}, "failed to parse birthday from string to time", 0),
            ({"birthday": "2001-02-30"}, "failed to parse birthday from string to time", 0),
            ({"birthday": "2001-Feb-30"}, "failed to parse birthday from string to time", 0),
            ({"birthday": "20010406"}, "failed to parse birthday from string to time", 0),
            ({"birthday": "2001-W14-5"}, "failed to parse birthday from string to time", 0),
            ({"birthday": "2001-Apr-6"}, "failed to parse birthday from string to time", 0),
            ({"birthday": "2999-01-01"}, "failed to parse birthday from string to time", 0),
            ({"email": 7}, f"{NOT_PARSED}: email: Expected str, got int", 0),
            (
                {"avatar_url": "javascript:alert(1)"},
                f"{NOT_PARSED}: avatar_url: is not an http or https address",
                0,
            ),
        ],
    )
    def test_invalid_field_is_rejected(
        self,
        server: RunningServer,
        email: str,
        fields: dict[str, object],
        message: str,
        status: int,
    ) -> None:
        client = server.client()
        response = client.post("/user/signup", json={"email": email, "password": PASSWORD} | fields)
        assert response.status_code == 400
        assert response.json()["status"] == status
        assert response.json()["message"].startswith(message)
        assert "set-cookie" not in response.headers
        signed_in = client.post("/user/signin", json={"email": email, "password": PASSWORD})
        assert signed_in.status_code == 400

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(("missing", "status"), [("email", 2), ("password", 3)])
    def test_missing_email_or_password_is_rejected(
        self, server: RunningServer, email: str, missing: str, status: int
    ) -> None:
        body = {"email": email, "password": PASSWORD}
        del body[missing]
        response = server.client().post("/user/signup", json=body)
        expected = {"message": "email or password not validated", "status": status}
        assert (response.status_code, response.json()) == (400, expected)

    def test_taken_email_is_rejected(
        self, server: RunningServer, member: httpx.Client, email: str
    ) -> None:
        body = {"email": email.upper(), "password": PASSWORD}
        response = server.client().post("/user/signup", json=body)
        assert response.status_code == 400
        assert response.json() == {"message": "user already exists", "status": 1}


class TestSignIn:
    """POST /user/signin"""

    def test_sign_in_sets_the_cookie(
        self, server: RunningServer, member: httpx.Client, email: str
    ) -> None:
        client = server.client()
        body = {"email": email.upper(), "password": PASSWORD}
        response = client.post("/user/signin", json=body)
        assert (response.status_code, response.json()) == (200, EMPTY)
        assert client.get("/user/profile").json()["body"]["email"] == email

    def test_sign_in_ends_the_session_of_the_cookie(
        self, server: RunningServer, member: httpx.Client, email: str
    ) -> None:
        old = cookie(member)
        member.post("/user/signin", json={"email": email, "password": PASSWORD})
        assert server.client(cookie=old).get("/user/profile").status_code == 400
        assert member.get("/user/profile").status_code == 200

    @pytest.mark.parametrize(("name", "password"), [("", "wrong password"), ("x", PASSWORD)])
    def test_wrong_credentials_are_rejected(
        self, server: RunningServer, member: httpx.Client, email: str, name: str, password: str
    ) -> None:
        client = server.client()
        response = client.post("/user/signin", json={"email": name + email, "password": password})
        assert (response.status_code, response.json()) == (400, NOT_FOUND)
        assert "set-cookie" not in response.headers

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("missing", ["email", "password"])
    def test_missing_field_is_named(self, server: RunningServer, missing: str) -> None:
        body = {"email": "anna@example.com", "password": PASSWORD}
        del body[missing]
        response = server.client().post("/user/signin", json=body)
        expected = {"message": f"{NOT_PARSED}: {missing}: is missing", "status": 0}
        assert (response.status_code, response.json()) == (400, expected)

    @pytest.mark.engines("sqlite")
    def test_failures_are_rate_limited(self, start_server) -> None:
        client = start_server(sign_in_limit="2 per hour").client()
        body = {"email": "nobody@example.com", "password": PASSWORD}
        statuses = [client.post("/user/signin", json=body).status_code for _ in range(3)]
        assert statuses == [400, 400, 429]
        response = client.post("/user/signin", json=body)
        assert response.json()["status"] == 429
        assert 1 <= int(response.headers["retry-after"]) <= 3600


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("path", ["/user/signup", "/user/signin", "/user/logout"])
@pytest.mark.parametrize("body", [b"not json", b'{"email": "a', b"\xff", b'{"email": nobody}'])
def test_malformed_json_is_rejected(member: httpx.Client, path: str, body: bytes) -> None:
    response = member.post(path, content=body, headers=csrf_header(member))
    assert (response.status_code, response.json()) == (400, {"message": NOT_PARSED, "status": 0})
    assert member.get("/user/profile").status_code == 200


class TestSignOut:
    """POST /user/logout"""

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"email": "anna@example.com"}'])
    def test_sign_out_ends_the_session(
        self, server: RunningServer, member: httpx.Client, body: bytes
    ) -> None:
        old = cookie(member)
        response = member.post("/user/logout", content=body, headers=csrf_header(member))
        assert (response.status_code, response.json()) == (200, EMPTY)
        assert response.headers["set-cookie"].startswith("session_id=; Max-Age=0")
        assert server.client(cookie=old).get("/user/profile").status_code == 400

    def test_sign_out_without_a_session_is_rejected(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        expected = {"message": "user not found", "status": 0}
        headers = csrf_header(member)
        old = cookie(member)
        member.post("/user/logout", headers=headers)
        for client in (server.client(), server.client(cookie=old)):
            response = client.post("/user/logout", headers=headers)
            assert (response.status_code, response.json()) == (400, expected)


class TestCsrf:
    """GET /user/csrf, and the requests that need the token."""

    def test_token_has_both_names(self, member: httpx.Client) -> None:
        body = member.get("/user/csrf").json()["body"]
        assert set(body) == {"csrf", "csrf-token"}
        assert body["csrf"] == body["csrf-token"]

    @pytest.mark.engines("sqlite")
    def test_request_without_a_session_is_rejected(self, server: RunningServer) -> None:
        response = server.client().get("/user/csrf")
        assert (response.status_code, response.json()) == (400, NO_SESSION)

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("name", ["csrf-token", "x-csrf-token", "X-CSRF-Token"])
    def test_token_is_accepted_in_either_header(self, member: httpx.Client, name: str) -> None:
        value = csrf_header(member)["csrf-token"]
        assert member.post("/user/logout", headers={name: value}).status_code == 200

    UNSAFE = (
        ("POST", "/user/logout"),
        ("POST", "/user/avatar/upload"),
        ("POST", "/selections"),
        ("PATCH", "/selections/1"),
        ("DELETE", "/selections/1"),
        ("PUT", "/selections/1/movies/1"),
        ("DELETE", "/selections/1/movies/1"),
    )

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(("method", "path"), UNSAFE)
    def test_unsafe_request_without_a_valid_token_is_rejected(
        self, server: RunningServer, member: httpx.Client, method: str, path: str
    ) -> None:
        other = csrf_header(server.signed_up())
        for headers, status in (({}, 10), ({"csrf-token": "1.2"}, 11), (other, 11)):
            response = member.request(method, path, headers=headers)
            assert (response.status_code, response.json()["status"]) == (400, status)
            assert "csrf token" in response.json()["message"]
        assert member.get("/user/profile").status_code == 200

    def test_token_of_another_session_is_rejected(
        self, server: RunningServer, member: httpx.Client, email: str
    ) -> None:
        other = server.client()
        other.post("/user/signin", json={"email": email, "password": PASSWORD})
        response = member.post("/user/logout", headers=csrf_header(other))
        assert (response.status_code, response.json()["status"]) == (400, 11)

    def test_request_with_an_access_token_needs_no_csrf_csrf_header(
        self, server: RunningServer, member: httpx.Client, email: str
    ) -> None:
        tokens = server.client().post("/auth/login", json={"email": email, "password": PASSWORD})
        app = server.client(authorization=f"Bearer {tokens.json()['access_token']}")
        assert app.post("/user/logout").status_code == 200


class TestAvatar:
    """POST /user/avatar/upload"""

    def test_path_of_existing_front_ends_does_the_same(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        path = "/user/avatar/update"
        response = self.upload(member, picture("JPEG"), path=path)
        assert (response.status_code, response.json()) == (200, EMPTY)
        assert member.get("/user/profile").json()["body"]["avatar_url"]
        response = self.upload(member, picture("PNG"), path=path)
        assert (response.status_code, response.json()["status"]) == (400, 6)
        response = member.post(path, files={"avatar": picture("JPEG")})
        assert (response.status_code, response.json()["status"]) == (400, 10)
        response = server.client().post(path, files={"avatar": picture("JPEG")})
        assert response.json() == {"message": "can't update avatar without session", "status": 0}

    def upload(self, client: httpx.Client, data: bytes, **options: str) -> httpx.Response:
        name, media_type = options.get("name", "me.jpg"), options.get("media_type", "image/jpeg")
        files = {options.get("field", "avatar"): (name, data, media_type)}
        path = options.get("path", "/user/avatar/upload")
        return client.post(path, files=files, headers=csrf_header(client))

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [("me.jpg", "image/jpeg"), ("me.png", "image/png"), ("", "text/plain")],
    )
    def test_jpeg_becomes_the_avatar_whatever_its_name_and_type(
        self, server: RunningServer, member: httpx.Client, name: str, media_type: str
    ) -> None:
        response = self.upload(member, picture("JPEG"), name=name, media_type=media_type)
        assert (response.status_code, response.json()) == (200, EMPTY)
        address = member.get("/user/profile").json()["body"]["avatar_url"]
        image = server.client().get(address)
        assert image.headers["content-type"] == "image/jpeg"
        assert image.content.startswith(b"\xff\xd8\xff")

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("data", "message", "status"),
        [
            (picture("PNG"), "avatar does not have type: image/jpeg", 6),
            (picture("GIF"), "avatar does not have type: image/jpeg", 6),
            (b"<svg/>", "avatar does not have type: image/jpeg", 6),
            (b"", "avatar file can't be read", 0),
            (noise((200, 200), "JPEG")[:2000], "avatar file can't be read", 0),
            (
                b"\xff\xd8\xff" + b"\x00" * 10 * 1024 * 1024,
                "the size exceeded the maximum size equal to 10 mb",
                5,
            ),
        ],
        ids=["PNG", "GIF", "SVG", "empty", "truncated", "too large"],
    )
    def test_unsuitable_file_is_rejected(
        self, member: httpx.Client, data: bytes, message: str, status: int
    ) -> None:
        response = self.upload(member, data)
        expected = {"message": message, "status": status}
        assert (response.status_code, response.json()) == (400, expected)
        assert member.get("/user/profile").json()["body"]["avatar_url"] == ""

    @pytest.mark.engines("sqlite")
    def test_body_without_the_field_is_rejected(self, member: httpx.Client) -> None:
        expected = {"message": "failed to parse avatar file from the body", "status": 0}
        response = self.upload(member, picture("JPEG"), field="file")
        assert (response.status_code, response.json()) == (400, expected)
        response = member.post("/user/avatar/upload", json={}, headers=csrf_header(member))
        assert (response.status_code, response.json()) == (400, expected)

    @pytest.mark.engines("sqlite")
    def test_upload_without_a_session_is_rejected(self, server: RunningServer) -> None:
        response = server.client().post(
            "/user/avatar/upload", files={"avatar": ("me.jpg", picture("JPEG"), "image/jpeg")}
        )
        expected = {"message": "can't update avatar without session", "status": 0}
        assert (response.status_code, response.json()) == (400, expected)


class TestProfile:
    """GET /user/profile"""

    def test_profile_has_the_three_fields_twice(self, member: httpx.Client, email: str) -> None:
        three = {"email": email, "birthday": None, "avatar_url": ""}
        assert member.get("/user/profile").json() == {"body": {**three, "user": three}}

    def test_email_is_null_when_the_account_has_none(self, server: RunningServer) -> None:
        body = {"login": unique_name(), "password": PASSWORD}
        tokens = server.client().post("/api/v1/user", json=body).json()
        app = server.client(authorization=f"Bearer {tokens['access_token']}")
        assert app.get("/user/profile").json()["body"]["email"] is None

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"cookie": "session_id=unknown"},
            {"authorization": "Bearer undefined"},
            {"authorization": "Bearer not.a.token"},
        ],
    )
    def test_request_without_a_session_is_rejected(
        self, server: RunningServer, headers: dict[str, str]
    ) -> None:
        response = server.client().get("/user/profile", headers=headers)
        assert (response.status_code, response.json()) == (400, NO_SESSION)


@pytest.mark.engines("sqlite")
def test_request_from_another_origin_is_rejected(member: httpx.Client) -> None:
    headers = csrf_header(member) | {"origin": "https://elsewhere.example"}
    response = member.post("/user/logout", headers=headers)
    assert (response.status_code, response.json()["status"]) == (403, 403)
    assert member.get("/user/profile").status_code == 200


@pytest.mark.engines("sqlite")
def test_wrong_method_is_405(server: RunningServer) -> None:
    response = server.client().get("/user/signin")
    assert (response.status_code, response.json()["status"]) == (405, 405)
    assert response.headers["allow"] == "OPTIONS, POST"
