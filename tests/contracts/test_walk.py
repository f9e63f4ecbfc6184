"""One account through all five contracts: what is made through one shows through every other."""

from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.conftest import GENEROUS
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

NEW_PASSWORD = "another long one"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the demo catalogue."""
    with run_server(tmp_path_factory.mktemp("walk"), GENEROUS, "--port", "0") as running:
        yield running


def picture() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(stream, "JPEG")
    return stream.getvalue()


class Walker:
    """One person with a browser (a cookie) and an app (tokens)."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.name = unique_name("walker")
        self.email = f"{self.name}@example.com"
        self.browser = server.client()
        self.app = server.client()

    def csrf(self) -> dict[str, str]:
        return {"csrf-token": self.browser.get("/user/csrf").json()["body"]["csrf"]}

    def bearer(self, tokens: dict[str, str]) -> None:
        self.app.headers["authorization"] = f"Bearer {tokens['access_token']}"


@pytest.fixture
def walker(walked: RunningServer) -> Walker:
    """Somebody who signed up through filmsite and came in through cinema, too."""
    walker = Walker(walked)
    body = {"email": walker.email, "password": PASSWORD, "birthday": "2001-04-06"}
    assert walker.browser.post("/user/signup", json=body).status_code == 200
    login = {"email": walker.email, "password": PASSWORD}
    walker.bearer(walker.app.post("/auth/login", json=login).json())
    return walker


def account_id(client: httpx.Client) -> int:
    return client.get("/users").json()["id"]


def test_an_account_made_through_one_is_known_to_all(walker: Walker) -> None:
    browser, app = walker.browser, walker.app
    assert browser.get("/user/profile").json()["body"]["email"] == walker.email
    assert browser.get("/profile").json()["email"] == walker.email
    assert browser.get("/users").json()["email"] == walker.email
    assert app.get("/user/").json()["email"] == walker.email
    history = app.get("/api/v1/login/history").json()
    assert [item["method"] for item in history["items"]] == ["cinema", "filmsite"]


def test_either_credential_opens_every_contract(walker: Walker) -> None:
    paths = ("/user/profile", "/profile", "/users", "/api/v1/login/history", "/user/")
    for client in (walker.browser, walker.app):
        assert [client.get(path).status_code for path in paths] == [200] * 5


def test_a_profile_changed_through_one_is_changed_in_all(walker: Walker) -> None:
    body = {
        "username": walker.name,
        "email": walker.email,
        "firstname": "Анна",
        "lastname": "Каренина",
    }
    assert walker.browser.put("/profile", json=body).status_code == 200
    seen = walker.app.get("/user/").json()
    assert (seen["name"], seen["surname"]) == ("Анна", "Каренина")
    seen = walker.browser.get("/users").json()
    assert (seen["username"], seen["name"]) == (walker.name, "Анна")
    genre = walker.app.get("/genres/").json()[0]["id"]
    response = walker.app.patch("/user/", json={"name": "Anna", "favorite_genre": genre})
    assert response.json()["favourite_genre"] == genre
    assert walker.browser.get("/profile").json()["firstname"] == "Anna"
    login = {"login": walker.name, "password": PASSWORD}
    assert walker.server.client().post("/api/v1/user/login", json=login).status_code == 200


def test_an_avatar_uploaded_through_one_shows_through_all(walker: Walker) -> None:
    files = {"avatar": ("me.jpg", picture(), "image/jpeg")}
    uploaded = walker.browser.post("/user/avatar/upload", files=files, headers=walker.csrf())
    assert uploaded.status_code == 200, uploaded.text
    address = walker.browser.get("/profile").json()["avatar"]
    assert address == walker.browser.get("/user/profile").json()["body"]["avatar_url"]
    image = walker.server.client().get(address)
    assert (image.status_code, image.headers["content-type"]) == (200, "image/jpeg")
    photo = walker.app.get(f"/photos/{account_id(walker.app)}", headers={"accept": "image/*"})
    assert photo.content == image.content


def test_a_password_changed_through_one_is_changed_in_all(walker: Walker) -> None:
    body = {"password_1": PASSWORD, "password_2": NEW_PASSWORD}
    assert walker.app.put("/user/password", json=body).status_code == 200
    assert walker.browser.get("/user/profile").status_code == 400
    assert walker.app.get("/user/").status_code == 200
    for password, statuses in ((PASSWORD, (400, 403, 400, 401)), (NEW_PASSWORD, (200,) * 4)):
        tries = (
            ("/user/signin", {"email": walker.email}),
            ("/login", {"login": walker.email}),
            ("/login", {"email": walker.email}),
            ("/auth/login", {"email": walker.email}),
        )
        got = tuple(
            walker.server.client().post(path, json=body | {"password": password}).status_code
            for path, body in tries
        )
        assert got == statuses


def test_a_bookmark_and_a_chat_are_the_accounts_and_not_the_credentials(walker: Walker) -> None:
    film = walker.app.get("/movies/", params={"page": 1}).json()[0]
    assert walker.app.post(f"/favorites/movies/{film['id']}/").status_code == 201
    assert [f["id"] for f in walker.browser.get("/favorites/movies/").json()] == [film["id"]]
    other = Walker(walker.server)
    body = {"email": other.email, "password": PASSWORD}
    assert other.browser.post("/users", json=body).status_code == 200
    chat = walker.app.post("/chats", json={"user_id": account_id(other.browser)}).json()["id"]
    sent = walker.browser.post(f"/chats/{chat}/messages", json={"text": "Смотрела?"})
    assert sent.status_code == 200
    found = other.browser.get(f"/chats/{chat}/messages").json()["messages"]
    assert [message["text"] for message in found] == ["Смотрела?"]


def test_a_role_given_through_one_opens_what_it_grants_at_once(walker: Walker) -> None:
    walker.server.make_superuser("root")
    root = walker.server.client()
    login = {"login": "root", "password": PASSWORD}
    tokens = root.post("/api/v1/user/login", json=login).json()
    root.headers["authorization"] = f"Bearer {tokens['access_token']}"
    assert walker.app.get("/api/v1/role").status_code == 403
    role = {"name": unique_name("editors"), "permissions": ["roles.manage"]}
    role_id = root.post("/api/v1/role", json=role).json()["id"]
    path = f"/api/v1/user/{account_id(walker.app)}/role"
    assert root.post(f"{path}/{role_id}").status_code == 201
    for client in (walker.app, walker.browser):
        assert client.get("/api/v1/role").status_code == 200
    assert root.delete(f"{path}/{role_id}").status_code == 204
    assert walker.app.get("/api/v1/role").status_code == 403


def test_a_session_that_ends_in_one_has_ended_in_all(walker: Walker) -> None:
    cookie = f"session_id={walker.browser.cookies['session_id']}"
    assert walker.browser.delete("/logout").status_code == 200
    stale = walker.server.client(cookie=cookie)
    assert [
        stale.get(path).status_code
        for path in ("/user/profile", "/profile", "/users", "/api/v1/login/history", "/user/")
    ] == [400, 403, 401, 401, 401]
    assert walker.app.get("/user/").status_code == 200


def test_an_account_deleted_through_one_is_gone_from_all(walker: Walker) -> None:
    assert walker.browser.delete("/profile").status_code == 200
    assert walker.app.get("/user/").status_code == 401
    for path, body, status in (
        ("/user/signin", {"email": walker.email}, 400),
        ("/login", {"login": walker.email}, 403),
        ("/login", {"email": walker.email}, 400),
        ("/api/v1/user/login", {"login": walker.email}, 404),
        ("/auth/login", {"email": walker.email}, 401),
    ):
        response = walker.server.client().post(path, json=body | {"password": PASSWORD})
        assert (path, response.status_code) == (path, status)
