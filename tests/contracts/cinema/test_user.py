"""Profile, password and bookmarks of the cinema contract: request → status, body, effect."""

import json

import httpx
import jwt
import pytest

from tests.support.cinema_clients import Cinema
from tests.support.databases import execute
from tests.support.servers import PASSWORD, RunningServer, unique_name

NEW_PASSWORD = "another long one"
OLD_PAIR = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
WRONG = "the current password is wrong"
NO_TOKEN = {"message": "an access token is required"}


@pytest.fixture
def email() -> str:
    return f"{unique_name()}@example.com"


@pytest.fixture
def member(cinema: Cinema, app: httpx.Client, email: str) -> httpx.Client:
    """The app of a new account with this e-mail address."""
    body = {"email": email, "password": PASSWORD}
    assert app.post("/auth/register", json=body).status_code == 201
    return cinema.signed_in(email)


def age_password_proof(server: RunningServer, token: str) -> None:
    """Make the last password proof of a token's session 15 minutes old."""
    session = jwt.decode(token, options={"verify_signature": False})["sid"]
    earlier = "UPDATE sessions SET proved_at = proved_at - 900000 WHERE id = ?"
    execute(server.settings, earlier, int(session))


def access_token(app: httpx.Client) -> str:
    return app.headers["authorization"].partition(" ")[2]


def sign_in(app: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    return app.post("/auth/login", json={"email": email, "password": password})


class TestProfile:
    """GET and PATCH /user/"""

    def test_new_account_has_only_an_email(self, member: httpx.Client, email: str) -> None:
        profile = member.get("/user/").json()
        claims = jwt.decode(access_token(member), options={"verify_signature": False})
        assert str(profile.pop("id")) == claims["sub"]
        assert profile == {
            "email": email,
            "name": None,
            "surname": None,
            "favorite_genre": None,
            "favourite_genre": None,
        }

    @pytest.mark.parametrize("spelling", ["favorite_genre", "favourite_genre"])
    @pytest.mark.parametrize("kind", [int, str])
    def test_favourite_genre_is_accepted_in_either_spelling_as_number_or_string(
        self, cinema: Cinema, member: httpx.Client, spelling: str, kind: type
    ) -> None:
        drama = cinema.genres["Drama"]
        response = member.patch("/user/", json={spelling: kind(drama)})
        assert response.status_code == 200
        profile = response.json()
        assert (profile["favorite_genre"], profile["favourite_genre"]) == (drama, drama)
        assert member.get("/user/").json() == profile

    def test_missing_field_stays_unchanged(self, cinema: Cinema, member: httpx.Client) -> None:
        war = cinema.genres["War"]
        member.patch("/user/", json={"name": " Анна ", "favorite_genre": war})
        profile = member.patch("/user/", json={"surname": "Каренина", "email": "x"}).json()
        assert (profile["name"], profile["surname"]) == ("Анна", "Каренина")
        assert profile["favorite_genre"] == war
        assert profile["email"] != "x"
        assert member.patch("/user/", json={}).json() == profile

    @pytest.mark.parametrize("empty", [None, ""])
    def test_null_or_empty_field_is_cleared(
        self, cinema: Cinema, member: httpx.Client, empty: str | None
    ) -> None:
        full = {"name": "Anna", "surname": "K.", "favorite_genre": cinema.genres["War"]}
        assert member.patch("/user/", json=full).json().items() >= full.items()
        cleared = member.patch("/user/", json=dict.fromkeys(full, empty)).json()
        assert cleared.items() >= dict.fromkeys(full, None).items()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", 7),
            ("name", "nul\x00"),
            ("name", "x" * 10_000),
            ("surname", ["a list"]),
            ("surname", "x" * 10_000),
            ("favorite_genre", -1),
            ("favorite_genre", 0),
            ("favorite_genre", 1.5),
            ("favorite_genre", 2**63),
            ("favourite_genre", "drama"),
            ("favourite_genre", "-1"),
            ("favourite_genre", "9" * 400),
            ("favourite_genre", True),
        ],
    )
    def test_invalid_field_is_named(self, member: httpx.Client, field: str, value: object) -> None:
        response = member.patch("/user/", content=json.dumps({field: value}))
        assert response.status_code == 400
        assert response.json()["message"].startswith(f"{field}: ")

    @pytest.mark.parametrize("genre", ["999999", 999_999, "hidden"])
    def test_unknown_or_invisible_genre_is_404_and_nothing_changes(
        self, cinema: Cinema, member: httpx.Client, genre: object
    ) -> None:
        genre = cinema.genres["Erotic"] if genre == "hidden" else genre
        response = member.patch("/user/", json={"name": "Anna", "favorite_genre": genre})
        assert (response.status_code, response.json()) == (
            404,
            {"message": "genre not found"},
        )
        assert member.get("/user/").json()["name"] is None


class TestPassword:
    """PUT /user/password"""

    def test_new_password_ends_other_sessions(
        self, cinema: Cinema, app: httpx.Client, member: httpx.Client, email: str
    ) -> None:
        other = cinema.signed_in(email)
        body = {"password_1": PASSWORD, "password_2": NEW_PASSWORD}
        response = member.put("/user/password", json=body)
        assert (response.status_code, response.json()["email"]) == (200, email)
        assert member.get("/user/").status_code == 200
        assert other.get("/user/").status_code == 401
        assert sign_in(app, email, PASSWORD).status_code == 401
        assert sign_in(app, email, NEW_PASSWORD).status_code == 200

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            ({"password_1": "wrong one!", "password_2": NEW_PASSWORD}, 401, WRONG),
            ({"old_password": "wrong one!", "new_password": NEW_PASSWORD}, 401, WRONG),
            ({"old_password": NEW_PASSWORD, "new_password": NEW_PASSWORD}, 401, WRONG),
            ({"password_1": PASSWORD, "new_password": NEW_PASSWORD}, 400, "password_1 and new"),
            ({"old_password": PASSWORD, "password_2": NEW_PASSWORD}, 400, "password_2 and old"),
            ({**OLD_PAIR, "password_1": PASSWORD}, 400, "password_1 and old"),
            ({"old_password": PASSWORD}, 400, "new_password"),
            ({"new_password": NEW_PASSWORD}, 400, "old_password"),
            ({"old_password": PASSWORD, "new_password": "short"}, 400, "new_password"),
            ({"password_1": PASSWORD, "password_2": "short"}, 400, "password_2"),
            ({"password_1": PASSWORD, "password_2": "password1"}, 400, "password_2"),
            ({"password_1": PASSWORD}, 400, "password_2"),
            ({"password_2": NEW_PASSWORD}, 400, "password_1"),
            ({"password_1": 1, "password_2": NEW_PASSWORD}, 400, "password_1"),
        ],
    )
    def test_wrong_missing_or_mixed_password_is_rejected(
        self, app: httpx.Client, member: httpx.Client, email: str, body, status: int, message: str
    ) -> None:
        response = member.put("/user/password", json=body)
        assert response.status_code == status
        assert message in response.json()["message"]
        assert sign_in(app, email).status_code == 200

    def test_pair_of_old_and_new_password_is_accepted(
        self, app: httpx.Client, member: httpx.Client, email: str
    ) -> None:
        response = member.put("/user/password", json=OLD_PAIR)
        assert (response.status_code, response.json()["email"]) == (200, email)
        assert sign_in(app, email, NEW_PASSWORD).status_code == 200

    def test_new_password_twice_is_accepted_after_a_recent_sign_in(
        self, app: httpx.Client, member: httpx.Client, email: str
    ) -> None:
        body = {"password_1": NEW_PASSWORD, "password_2": NEW_PASSWORD}
        assert member.put("/user/password", json=body).status_code == 200
        assert sign_in(app, email, NEW_PASSWORD).status_code == 200

    def test_new_password_twice_is_rejected_when_the_proof_is_15_minutes_old(
        self, cinema: Cinema, app: httpx.Client, member: httpx.Client, email: str
    ) -> None:
        age_password_proof(cinema.server, access_token(member))
        body = {"password_1": NEW_PASSWORD, "password_2": NEW_PASSWORD}
        response = member.put("/user/password", json=body)
        assert (response.status_code, "sign in again" in response.json()["message"]) == (401, True)
        assert sign_in(app, email).status_code == 200
        right = member.put("/user/password", json=OLD_PAIR)  # also a password proof
        assert right.status_code == 200
        body = {"password_1": PASSWORD, "password_2": PASSWORD}
        assert member.put("/user/password", json=body).status_code == 200
        assert sign_in(app, email).status_code == 200

    def test_refreshed_token_is_not_a_password_proof(
        self, cinema: Cinema, app: httpx.Client, email: str
    ):
        app.post("/auth/register", json={"email": email, "password": PASSWORD})
        pair = sign_in(app, email).json()
        age_password_proof(cinema.server, pair["access_token"])
        fresh = app.put("/auth/login", json=pair).json()
        body = {"password_1": NEW_PASSWORD, "password_2": NEW_PASSWORD}
        headers = {"authorization": f"Bearer {fresh['access_token']}"}
        assert app.put("/user/password", json=body, headers=headers).status_code == 401


class TestBookmarks:
    """GET /favorites/movies/, POST and DELETE /favorites/movies/{id}/"""

    def test_adding_or_removing_a_bookmark_twice_has_no_effect(
        self, cinema: Cinema, member: httpx.Client
    ) -> None:
        path = f"/favorites/movies/{cinema.films['Ran']}/"
        for _ in range(2):
            response = member.post(path)
            assert (response.status_code, response.json()) == (201, {})
            assert [film["title"] for film in member.get("/favorites/movies/").json()] == ["Ran"]
        for _ in range(2):
            response = member.delete(path)
            assert (response.status_code, response.content) == (204, b"")
            assert member.get("/favorites/movies/").json() == []

    def test_bookmarks_are_paged_newest_first(self, cinema: Cinema, member: httpx.Client) -> None:
        every = member.get("/movies/").json()[:14]
        for film in every:
            member.post(f"/favorites/movies/{film['id']}")
        expected = every[::-1]
        assert member.get("/favorites/movies/").json() == expected
        pages = [member.get(f"/favorites/movies/?page={number}") for number in (1, 2, 3)]
        assert [page.json() for page in pages] == [expected[:12], expected[12:], []]
        assert {page.headers["x-total-count"] for page in pages} == {"14"}
        assert 'rel="next"' in pages[0].headers["link"]

    def test_bookmarks_belong_to_one_account(self, cinema: Cinema, member: httpx.Client) -> None:
        member.post(f"/favorites/movies/{cinema.films['Ran']}/")
        assert cinema.member.get("/favorites/movies/").json() == []

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    @pytest.mark.parametrize("which", ["999999", "0", str(2**63), "9" * 400, "Zanzibar Nights"])
    def test_unknown_or_invisible_film_is_404(
        self, cinema: Cinema, member: httpx.Client, method: str, which: str
    ) -> None:
        response = member.request(method, f"/favorites/movies/{cinema.films.get(which, which)}/")
        assert (response.status_code, response.json()) == (
            404,
            {"message": "film not found"},
        )


SIGNED_IN = [
    ("GET", "/user/"),
    ("PATCH", "/user/"),
    ("PUT", "/user/password"),
    ("GET", "/favorites/movies/"),
    ("POST", "/favorites/movies/1/"),
    ("DELETE", "/favorites/movies/1/"),
]


@pytest.mark.parametrize("credential", [None, "Bearer", "Bearer undefined", "Basic YTpi"])
@pytest.mark.parametrize(("method", "path"), SIGNED_IN)
def test_request_without_a_usable_token_is_rejected(
    app: httpx.Client, method: str, path: str, credential: str | None
) -> None:
    headers = {"authorization": credential} if credential else {}
    response = app.request(method, path, headers=headers)
    assert (response.status_code, response.json()) == (401, NO_TOKEN)
    is_unusable = credential is not None and credential.startswith("Bearer")
    challenge = 'Bearer error="invalid_token"' if is_unusable else "Bearer"
    assert response.headers["www-authenticate"] == challenge


@pytest.mark.parametrize(("method", "path"), SIGNED_IN)
def test_request_with_a_truncated_token_is_rejected(
    app: httpx.Client, member: httpx.Client, method: str, path: str
):
    app.headers["authorization"] = f"Bearer {access_token(member)[:-1]}"
    response = app.request(method, path)
    assert (response.status_code, response.json()) == (401, NO_TOKEN)
