"""The account contract, section by section: request → status, body, effect."""

import httpx
import pytest

from tests.support.pictures import picture
from tests.support.servers import PASSWORD, RunningServer, unique_name

NO_SESSION = {"message": "you must to be logged in"}
ELSEWHERE = "https://pictures.example/me.jpg"


@pytest.fixture
def login() -> str:
    return unique_name()


@pytest.fixture
def member(server: RunningServer, login: str) -> httpx.Client:
    return server.signed_up(login)


class TestSignIn:
    """1.1 POST /login"""

    @pytest.mark.parametrize("name", ["{}", "{}@example.com", "{}".upper()])
    def test_sign_in_sets_the_cookie(self, server: RunningServer, login: str, name: str) -> None:
        server.signed_up(login)
        client = server.client()
        response = client.post("/login", json={"login": name.format(login), "password": PASSWORD})
        assert response.status_code == 200
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("session_id=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert client.get("/profile").status_code == 200

    @pytest.mark.parametrize(
        ("name", "password"), [("{}", "wrong password"), ("nobody-{}", PASSWORD), ("{}", "")]
    )
    def test_wrong_credentials_are_rejected(
        self, server: RunningServer, member: httpx.Client, login: str, name: str, password: str
    ) -> None:
        response = server.client().post(
            "/login", json={"login": name.format(login), "password": password}
        )
        assert response.status_code == 403
        assert response.json() == {"message": "wrong login or password"}
        assert "set-cookie" not in response.headers

    def test_new_session_ends_the_old_one(
        self, server: RunningServer, member: httpx.Client, login: str
    ) -> None:
        old = f"session_id={member.cookies['session_id']}"
        member.post("/login", json={"login": login, "password": PASSWORD})
        assert server.client(cookie=old).get("/profile").status_code == 403
        assert member.get("/profile").status_code == 200


class TestSignUp:
    """1.2 POST /signup"""

    def test_sign_up_starts_a_session(self, server: RunningServer, login: str) -> None:
        client = server.client()
        body = {"login": login, "password": PASSWORD, "email": f"{login}@Example.com"}
        assert client.post("/signup/", json=body).status_code == 200
        assert client.get("/profile").json()["email"] == f"{login}@example.com"

    @pytest.mark.parametrize(
        ("login_pattern", "email_pattern", "taken"),
        [("{}", "other-{}@example.com", "login"), ("other-{}", "{}@EXAMPLE.com", "email")],
    )
    def test_taken_login_or_email_is_named(
        self, member: httpx.Client, login: str, login_pattern: str, email_pattern: str, taken: str
    ) -> None:
        body = {
            "login": login_pattern.format(login).upper(),
            "email": email_pattern.format(login),
            "password": PASSWORD,
        }
        response = member.post("/signup", json=body)
        assert response.status_code == 409
        assert response.json() == {"message": f"already exsist user with this {taken}"}

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("login", "with@sign"),
            ("login", "12345"),
            ("login", ""),
            ("login", "two words"),
            ("login", 7),
            ("login", "nul\x00"),
            ("email", "no address"),
            ("email", None),
            ("password", "short"),
            ("password", "password1"),
            ("password", "x" * 129),
        ],
    )
    def test_invalid_field_is_named(
        self, server: RunningServer, login: str, field: str, value: object
    ) -> None:
        body = {"login": login, "password": PASSWORD, "email": f"{login}@example.com"}
        response = server.client().post("/signup", json=body | {field: value})
        assert response.status_code == 400
        assert response.json()["message"].startswith(f"{field}: ")


class TestSignOut:
    """1.3 GET /logout"""

    def test_sign_out_ends_the_session_and_removes_the_cookie(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        old = f"session_id={member.cookies['session_id']}"
        response = member.get("/logout")
        assert response.status_code == 200
        assert response.headers["set-cookie"].startswith("session_id=; Max-Age=0")
        assert server.client(cookie=old).get("/profile").status_code == 403

    @pytest.mark.engines("sqlite")
    def test_sign_out_without_a_session_is_rejected(self, server: RunningServer) -> None:
        response = server.client().get("/logout")
        assert (response.status_code, response.json()) == (403, NO_SESSION)

    @pytest.mark.engines("sqlite")
    def test_sign_out_from_another_origin_is_rejected(self, member: httpx.Client) -> None:
        response = member.get("/logout", headers={"sec-fetch-site": "cross-site"})
        assert response.status_code == 403
        assert member.get("/profile").status_code == 200


class TestProfile:
    """2.1 to 2.3 /profile"""

    def test_profile_has_exactly_the_five_keys(self, member: httpx.Client, login: str) -> None:
        assert member.get("/profile").json() == {
            "username": login,
            "email": f"{login}@example.com",
            "firstname": "",
            "lastname": "",
            "avatar": "",
        }

    def test_all_fields_can_be_changed_at_once(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        name = unique_name()
        body = {
            "username": name,
            "email": f"{name}@example.com",
            "firstname": " Анна ",
            "lastname": "O’Hara",
        }
        expected = body | {"firstname": "Анна", "avatar": ""}
        response = member.put("/profile", json=body)
        assert (response.status_code, response.json()) == (200, expected)
        assert member.get("/profile").json() == expected
        signed_in = server.client().post("/login", json={"login": name, "password": PASSWORD})
        assert signed_in.status_code == 200

    @pytest.mark.parametrize(
        ("body", "changed"),
        [
            ({}, {}),
            ({"firstname": "Anna"}, {"firstname": "Anna"}),
            ({"name": "Anna"}, {"firstname": "Anna"}),
            ({"name": "Anna", "firstname": "Maria"}, {"firstname": "Maria"}),
            ({"lastname": "K.", "unknown": 5}, {"lastname": "K."}),
            ({"lastname": ""}, {}),
        ],
    )
    def test_missing_key_leaves_its_field_unchanged(
        self, member: httpx.Client, body: dict[str, object], changed: dict[str, str]
    ) -> None:
        before = member.get("/profile").json()
        response = member.put("/profile", json=body)
        assert (response.status_code, response.json()) == (200, before | changed)
        assert member.get("/profile").json() == before | changed

    @pytest.mark.engines("sqlite")
    def test_invalid_alias_is_named(self, member: httpx.Client) -> None:
        response = member.put("/profile", json={"name": 5})
        assert (response.status_code, response.json()["message"][:6]) == (400, "name: ")

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", "with@sign"),
            ("email", "no address"),
            ("firstname", "nul\x00"),
            ("lastname", "x" * 101),
            ("lastname", None),
        ],
    )
    def test_invalid_field_is_named_and_nothing_changes(
        self, member: httpx.Client, field: str, value: object
    ) -> None:
        before = member.get("/profile").json()
        response = member.put("/profile", json=before | {field: value})
        assert response.status_code == 400
        assert response.json()["message"].startswith(f"{field}: ")
        assert member.get("/profile").json() == before

    @pytest.mark.parametrize("field", ["username", "email"])
    def test_username_or_email_of_another_account_is_rejected(
        self, server: RunningServer, member: httpx.Client, login: str, field: str
    ) -> None:
        other = unique_name()
        server.signed_up(other)
        body = member.get("/profile").json()
        del body["avatar"]
        body[field] = body[field].replace(login, other)
        assert member.put("/profile", json=body).status_code == 409
        assert member.get("/profile").json()["username"] == login

    def test_deleting_the_profile_deletes_the_account_and_its_sessions(
        self, server: RunningServer, member: httpx.Client, login: str
    ) -> None:
        old = f"session_id={member.cookies['session_id']}"
        assert member.delete("/profile").status_code == 200
        assert server.client(cookie=old).get("/profile").status_code == 403
        signed_in = server.client().post("/login", json={"login": login, "password": PASSWORD})
        assert signed_in.status_code == 403

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_request_without_a_session_is_rejected(
        self, server: RunningServer, method: str
    ) -> None:
        response = server.client().request(method, "/profile")
        assert (response.status_code, response.json()) == (403, NO_SESSION)


class TestWhoAmI:
    """GET /whoami"""

    def test_signed_in_user_gets_the_short_profile(
        self, server: RunningServer, member: httpx.Client, login: str
    ) -> None:
        email = member.get("/profile").json()["email"]
        expected = {"login": login, "name": "", "email": email, "image": ""}
        assert member.get("/whoami").json() == expected
        member.put("/profile", json={"name": "Anna"})
        image = member.put("/avatar", files={"avatar": picture()}).json()["avatar"]
        assert member.get("/whoami/").json() == expected | {"name": "Anna", "image": image}

    def test_login_is_the_email_address_without_a_username(self, server: RunningServer) -> None:
        client, email = server.client(), f"{unique_name()}@example.com"
        body = {"email": email, "password": PASSWORD, "avatar_url": ELSEWHERE}
        client.post("/user/signup", json=body)
        expected = {"login": email, "name": "", "email": email, "image": ELSEWHERE}
        assert client.get("/whoami").json() == expected

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("path", ["/whoami", "/profile/root"])
    def test_anonymous_request_is_rejected(self, server: RunningServer, path: str) -> None:
        response = server.client().get(path)
        assert (response.status_code, response.json()) == (403, NO_SESSION)


class TestMember:
    """GET /profile/{login}"""

    def test_member_is_found_by_username_ignoring_case(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        name = unique_name("Борис")
        other = server.signed_up(name)
        expected = {"login": name, "name": "", "image": ""}
        assert member.get(f"/profile/{name.upper()}").json() == expected
        other.put("/profile", json={"name": "Boris"})
        image = other.put("/avatar", files={"avatar": picture()}).json()["avatar"]
        with_image = expected | {"name": "Boris", "image": image}
        assert member.get(f"/profile/{name}/").json() == with_image

    def test_avatar_hosted_elsewhere_is_not_shown(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        client, name = server.client(), unique_name()
        body = {"email": f"{name}@example.com", "password": PASSWORD, "avatar_url": ELSEWHERE}
        client.post("/user/signup", json=body)
        client.put("/profile", json={"username": name})
        for reader in (member, client):
            assert reader.get(f"/profile/{name}").json()["image"] == ""

    def test_unknown_member_is_not_found(self, member: httpx.Client) -> None:
        own = member.get("/profile").json()["email"]
        for name in ("no-such-member", "1", own, "%00", "x" * 65):
            response = member.get(f"/profile/{name}")
            assert (response.status_code, response.json()) == (
                404,
                {"message": "user not found"},
            )


class TestPassword:
    """2.4 PUT /password"""

    def test_new_password_ends_other_sessions(
        self, server: RunningServer, member: httpx.Client, login: str
    ) -> None:
        other = server.client()
        other.post("/login", json={"login": login, "password": PASSWORD})
        body = {"old_password": PASSWORD, "new_password": "another long one"}
        assert member.put("/password", json=body).status_code == 200
        assert member.get("/profile").status_code == 200
        assert other.get("/profile").status_code == 403
        for password, status in ((PASSWORD, 403), ("another long one", 200)):
            response = server.client().post("/login", json={"login": login, "password": password})
            assert response.status_code == status

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("old", "new", "status", "message"),
        [
            ("wrong one!", "another long one", 403, "the current password is wrong"),
            (PASSWORD, "short", 400, "new_password: "),
            (PASSWORD, "password1", 400, "new_password: "),
        ],
    )
    def test_wrong_or_invalid_password_is_rejected(
        self, member: httpx.Client, old: str, new: str, status: int, message: str
    ) -> None:
        response = member.put("/password", json={"old_password": old, "new_password": new})
        assert response.status_code == status
        assert response.json()["message"].startswith(message)
