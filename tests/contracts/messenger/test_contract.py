"""The messenger contract, section by section: request → status, body, effect."""

import httpx
import pytest

from tests.support.servers import PASSWORD, RunningServer, unique_name

UNAUTHORIZED = {"error": "unauthorized", "message": "you must be signed in"}


def status_and_mnemonic(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert set(body) == {"error", "message"}
    assert body["message"]
    return response.status_code, body["error"]


@pytest.fixture
def name() -> str:
    return unique_name()


@pytest.fixture
def member(server: RunningServer, name: str) -> httpx.Client:
    """The client of a new user of this contract."""
    client = server.client()
    body = {
        "email": f"{name}@example.com",
        "password": PASSWORD,
        "username": name,
        "name": "Анна",
        "status": "hello",
        "phone": "+7 900 000-00-00",
    }
    response = client.post("/users", json=body)
    assert response.status_code == 200, response.text
    return client


class TestSignUp:
    """2.1 POST /users"""

    def test_email_and_password_are_enough_to_sign_up(
        self, server: RunningServer, name: str
    ) -> None:
        client = server.client()
        response = client.post(
            "/users", json={"email": f"{name}@example.com", "password": PASSWORD}
        )
        assert (response.status_code, response.json()) == (200, {})
        assert response.headers["set-cookie"].startswith("session_id=")
        shown = client.get("/users").json()
        assert shown == {
            "id": shown["id"],
            "email": f"{name}@example.com",
            "username": "",
            "name": "",
            "status": "",
            "fullname": "",
            "fstatus": "",
        }

    def test_other_fields_are_stored(self, member: httpx.Client, name: str) -> None:
        shown = member.get("/users").json()
        assert (shown["username"], shown["name"], shown["status"]) == (name, "Анна", "hello")

    def test_empty_field_counts_as_absent(self, server: RunningServer, name: str) -> None:
        empty = {"id": 0, "username": "", "name": "", "status": "", "phone": None}
        for number in range(2):
            body = empty | {"email": f"{number}{name}@example.com", "password": PASSWORD}
            assert server.client().post("/users", json=body).status_code == 200

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("change", "mnemonic"),
        [
            ({"email": "no address"}, "email_invalid"),
            ({"email": ""}, "email_invalid"),
            ({"email": None}, "field_invalid"),
            ({"password": "short"}, "password_invalid"),
            ({"password": 12345678}, "field_invalid"),
            ({"username": "12345"}, "username_invalid"),
            ({"username": "with@sign"}, "username_invalid"),
            ({"status": "nul\x00"}, "field_invalid"),
            ({"name": "nul\x00"}, "field_invalid"),
            ({"phone": "1" * 41}, "field_invalid"),
        ],
    )
    def test_invalid_field_is_named(
        self, server: RunningServer, name: str, change: dict[str, object], mnemonic: str
    ) -> None:
        body = {"email": f"{name}@example.com", "password": PASSWORD} | change
        response = server.client().post("/users", json=body)
        assert status_and_mnemonic(response) == (400, mnemonic)
        assert response.json()["message"].startswith(f"{next(iter(change))}: ")

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("missing", ["email", "password"])
    def test_missing_field_is_named(self, server: RunningServer, name: str, missing: str) -> None:
        body = {"email": f"{name}@example.com", "password": PASSWORD}
        del body[missing]
        response = server.client().post("/users", json=body)
        assert response.status_code == 400
        assert response.json() == {"error": "field_invalid", "message": f"{missing}: is missing"}

    @pytest.mark.parametrize("field", ["email", "username"])
    def test_taken_email_or_username_is_rejected(
        self, server: RunningServer, member: httpx.Client, name: str, field: str
    ) -> None:
        body = {"email": f"other-{name}@example.com", "username": "", "password": PASSWORD}
        body[field] = {"email": f"{name}@EXAMPLE.com", "username": name.upper()}[field]
        assert status_and_mnemonic(server.client().post("/users", json=body)) == (
            400,
            f"{field}_taken",
        )


class TestSignIn:
    """2.2 POST /login"""

    def test_sign_in_sets_the_cookie_and_returns_the_user(
        self, server: RunningServer, member: httpx.Client, name: str
    ) -> None:
        client = server.client()
        body = {"email": f"{name}@Example.com", "password": PASSWORD}
        response = client.post("/login", json=body)
        assert response.status_code == 200
        assert response.headers["set-cookie"].startswith("session_id=")
        assert response.json() == {
            "id": member.get("/users").json()["id"],
            "email": f"{name}@example.com",
            "username": name,
            "name": "Анна",
            "status": "hello",
            "fullname": "Анна",
            "fstatus": "hello",
        }
        assert client.get("/users").json() == response.json()

    @pytest.mark.parametrize(
        ("email", "password"),
        [("{}@example.com", "wrong password"), ("nobody-{}@example.com", PASSWORD), ("{}@", "")],
    )
    def test_wrong_credentials_are_rejected(
        self, server: RunningServer, member: httpx.Client, name: str, email: str, password: str
    ) -> None:
        body = {"email": email.format(name), "password": password}
        response = server.client().post("/login", json=body)
        assert status_and_mnemonic(response) == (400, "wrong_credentials")
        assert "set-cookie" not in response.headers

    def test_key_of_the_body_decides_the_contract(
        self, server: RunningServer, member: httpx.Client, name: str
    ) -> None:
        by_login = server.client().post("/login", json={"login": name, "password": PASSWORD})
        assert (by_login.status_code, by_login.json()) == (200, {})
        wrong = server.client().post("/login", json={"login": name, "password": "wrong"})
        assert (wrong.status_code, set(wrong.json())) == (403, {"message"})

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("value", ["9" * 1000, "1e999999", "[[]]", '"x"'])
    @pytest.mark.parametrize("key", ["login", "email"])
    def test_unknown_fields_are_ignored(
        self, server: RunningServer, member: httpx.Client, key: str, value: str
    ) -> None:
        email = member.get("/users").json()["email"]
        body = f'{{"{key}": "{email}", "password": "{PASSWORD}", "unknown": {value}}}'
        assert server.client().post("/login", content=body).status_code == 200

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        "body",
        [
            {"password": PASSWORD},
            {"email": "a@example.com", "login": "a", "password": PASSWORD},
            {"email": "a@example.com"},
            {"email": 5, "password": PASSWORD},
        ],
    )
    def test_both_keys_or_neither_is_rejected(
        self, server: RunningServer, body: dict[str, object]
    ) -> None:
        assert status_and_mnemonic(server.client().post("/login", json=body)) == (
            400,
            "field_invalid",
        )

    def test_account_without_an_email_signs_in_with_its_username(
        self, server: RunningServer, name: str
    ) -> None:
        server.client().post("/api/v1/user", json={"login": name, "password": PASSWORD})
        response = server.client().post("/login", json={"email": name, "password": PASSWORD})
        assert (response.status_code, response.json()["username"]) == (200, name)

    @pytest.mark.engines("sqlite")
    def test_failures_are_rate_limited(self, start_server, name: str) -> None:
        server = start_server(sign_in_limit="2 per hour")
        body = {"email": f"{name}@example.com", "password": "wrong one"}
        for _ in range(2):
            assert server.client().post("/login", json=body).status_code == 400
        response = server.client().post("/login", json=body)
        assert status_and_mnemonic(response) == (429, "throttled")
        assert int(response.headers["retry-after"]) > 0


class TestSignOut:
    """2.3 DELETE /logout"""

    def test_sign_out_ends_the_session(self, server: RunningServer, member: httpx.Client) -> None:
        old = f"session_id={member.cookies['session_id']}"
        response = member.delete("/logout")
        assert response.status_code == 200
        assert response.headers["set-cookie"].startswith("session_id=; Max-Age=0")
        assert server.client(cookie=old).get("/users").status_code == 401

    @pytest.mark.engines("sqlite")
    def test_sign_out_without_a_session_is_rejected(self, server: RunningServer) -> None:
        response = server.client().delete("/logout")
        assert (response.status_code, response.json()) == (401, UNAUTHORIZED)

    @pytest.mark.engines("sqlite")
    def test_sign_out_from_another_origin_is_rejected(self, member: httpx.Client) -> None:
        response = member.delete("/logout", headers={"origin": "https://elsewhere.example"})
        assert status_and_mnemonic(response) == (403, "cross_origin")
        assert member.get("/users").status_code == 200


class TestUsers:
    """2.4 GET /users/{id}, 2.5 GET /users, 2.6 PUT /users/{id}"""

    def test_signed_in_user_gets_any_user(
        self, server: RunningServer, member: httpx.Client, name: str
    ) -> None:
        shown = member.get("/users").json()
        document = ["id", "email", "username", "name", "status"]
        assert list(shown) == [*document, "fullname", "fstatus"]
        other = server.signed_up()
        assert other.get(f"/users/{shown['id']}").json() == shown
        assert other.get(f"/users/{shown['id']}/").json() == shown

    @pytest.mark.parametrize("user_id", [0, 2**53, 2**63, 10**100])
    def test_unknown_user_is_rejected(self, member: httpx.Client, user_id: int) -> None:
        assert status_and_mnemonic(member.get(f"/users/{user_id}")) == (400, "user_unknown")

    def test_user_is_replaced_as_a_whole(self, member: httpx.Client, name: str) -> None:
        user_id = member.get("/users").json()["id"]
        new = {
            "id": user_id,
            "email": f"new-{name}@example.com",
            "username": f"new-{name}",
            "name": "O’Hara",
            "status": "",
        }
        response = member.put(f"/users/{user_id}", json=new)
        expected = new | {"fullname": "O’Hara", "fstatus": ""}
        assert (response.status_code, response.json()) == (200, expected)
        assert member.get("/users").json() == expected

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("missing", ["id", "email", "username", "name", "status"])
    def test_missing_key_is_named(self, member: httpx.Client, missing: str) -> None:
        body = member.get("/users").json()
        user_id = body["id"]
        for key in (missing, "fullname", "fstatus"):
            del body[key]
        response = member.put(f"/users/{user_id}", json=body)
        assert response.status_code == 400
        assert response.json() == {"error": "field_invalid", "message": f"{missing}: is missing"}

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("field", "value"), [("name", "x" * 101), ("status", "nul\x00"), ("id", 2**63)]
    )
    def test_invalid_field_is_named_and_nothing_changes(
        self, member: httpx.Client, field: str, value: object
    ) -> None:
        body = member.get("/users").json()
        response = member.put(f"/users/{body['id']}", json=body | {field: value})
        assert status_and_mnemonic(response) == (400, "field_invalid")
        assert response.json()["message"].startswith(f"{field}: ")
        assert member.get("/users").json() == body

    @pytest.mark.engines("sqlite")
    def test_id_that_differs_from_the_path_is_rejected(self, member: httpx.Client) -> None:
        body = member.get("/users").json()
        response = member.put(f"/users/{body['id']}", json=body | {"id": body["id"] + 1})
        assert status_and_mnemonic(response) == (400, "field_invalid")

    def test_replacing_another_user_is_rejected(
        self, server: RunningServer, member: httpx.Client
    ) -> None:
        body = member.get("/users").json()
        other = server.signed_up()
        response = other.put(f"/users/{body['id']}", json=body | {"name": "changed"})
        assert status_and_mnemonic(response) == (401, "unauthorized")
        assert member.get("/users").json() == body

    def test_taken_username_or_email_is_rejected(
        self, server: RunningServer, member: httpx.Client, name: str
    ) -> None:
        other = server.signed_up()
        body = other.get("/users").json()
        for change in ({"username": name}, {"email": f"{name}@example.com"}):
            response = other.put(f"/users/{body['id']}", json=body | change)
            assert status_and_mnemonic(response) == (400, f"{next(iter(change))}_taken")
        assert other.get("/users").json() == body

    def test_username_and_email_cannot_both_be_removed(self, member: httpx.Client) -> None:
        body = member.get("/users").json() | {"email": "", "username": ""}
        response = member.put(f"/users/{body['id']}", json=body)
        assert status_and_mnemonic(response) == (400, "field_invalid")

    def test_empty_field_of_an_account_stays_empty(self, server: RunningServer, name: str) -> None:
        client = server.client()
        client.post("/users", json={"email": f"{name}@example.com", "password": PASSWORD})
        body = client.get("/users").json() | {"status": "away"}
        changed = client.put(f"/users/{body['id']}", json=body).json()
        assert changed == body | {"fstatus": "away"}

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/users"),
            ("GET", "/users/1"),
            ("PUT", "/users/1"),
            ("GET", "/users/anna"),
            ("GET", "/users/1/chats"),
            ("GET", "/messages/anna"),
            ("GET", "/messages/1"),
            ("POST", "/chats"),
            ("GET", "/chats"),
            ("POST", "/chats/1/messages"),
            ("GET", "/chats/1/messages"),
            ("POST", "/chats/1/read"),
            ("PUT", "/messages/1"),
            ("DELETE", "/messages/1"),
        ],
    )
    def test_request_without_a_session_is_rejected(
        self, server: RunningServer, method: str, path: str
    ) -> None:
        response = server.client().request(method, path)
        assert (response.status_code, response.json()) == (401, UNAUTHORIZED)

    @pytest.mark.engines("sqlite")
    def test_wrong_method_is_405(self, member: httpx.Client) -> None:
        response = member.post("/users/1", json={})
        assert status_and_mnemonic(response) == (405, "method_not_allowed")
        assert response.headers["allow"] == "GET, HEAD, OPTIONS, PUT"


class TestSearch:
    """2.8 GET /users/<name>"""

    def test_users_are_found_by_a_part_of_the_username(self, server: RunningServer) -> None:
        part = unique_name("zz").replace("-", "")
        for username in (f"b{part}", f"{part}b", f"{part}a", f"aa{part}"):
            server.signed_up(username)
        found = server.signed_up().get(f"/users/{part.upper()}").json()["users"]
        assert [user["username"] for user in found] == [
            f"{part}a",
            f"{part}b",
            f"b{part}",
            f"aa{part}",
        ]

    def test_results_have_no_password_and_only_the_own_phone(
        self, server: RunningServer, member: httpx.Client, name: str
    ) -> None:
        own = member.get(f"/users/{name}").json()["users"]
        shown = member.get("/users").json()
        assert own == [shown | {"password": "", "phone": "+7 900 000-00-00"}]
        others = server.signed_up().get(f"/users/{name}").json()["users"]
        assert others == [shown | {"password": "", "phone": ""}]

    def test_case_is_ignored_in_other_alphabets(self, server: RunningServer) -> None:
        name = unique_name("Ёжик")
        server.signed_up(name)
        found = server.signed_up().get(f"/users/{name.lower()}").json()["users"]
        assert [user["username"] for user in found] == [name]

    @pytest.mark.parametrize("part", ["no-such-user-anywhere", "%", "_", "%00", "%ff", "a@b"])
    def test_text_without_a_match_finds_nothing(self, member: httpx.Client, part: str) -> None:
        response = member.get(f"/users/{part}")
        assert (response.status_code, response.json()) == (200, {"users": []})

    @pytest.mark.engines("sqlite")
    def test_searches_are_rate_limited_by_account(self, start_server) -> None:
        server = start_server(search_limit="2 per hour")
        client = server.signed_up()
        assert [client.get("/users/a").status_code for _ in range(3)] == [200, 200, 429]
        assert status_and_mnemonic(client.get("/users/a")) == (429, "throttled")
        assert server.signed_up().get("/users/a").status_code == 200

    def test_at_most_fifty_users_are_found(self, start_server) -> None:
        server = start_server()
        clients = [server.signed_up(f"many{number}") for number in range(52)]
        found = clients[0].get("/users/many").json()["users"]
        assert len(found) == 50
