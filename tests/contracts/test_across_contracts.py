"""One account in all five contracts: a change through one is visible through the others."""

from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.conftest import GENEROUS
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

NEW_PASSWORD = "another long one"


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the demo catalogue."""
    with run_server(tmp_path_factory.mktemp("members"), GENEROUS, "--port", "0") as running:
        yield running


def picture() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(stream, "JPEG")
    return stream.getvalue()


class Member:
    """A member with a browser (a cookie) and an app (tokens)."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.name = unique_name("member")
        self.email = f"{self.name}@example.com"
        self.browser = server.client()
        self.app = server.client()

    def csrf(self) -> dict[str, str]:
        return {"csrf-token": self.browser.get("/user/csrf").json()["body"]["csrf"]}

    def bearer(self, tokens: dict[str, str]) -> None:
        self.app.headers["authorization"] = f"Bearer {tokens['access_token']}"


@pytest.fixture
def member(shared_server: RunningServer) -> Member:
    """A member who signed up through filmsite and signed in through cinema, too."""
    member = Member(shared_server)
    body = {"email": member.email, "password": PASSWORD, "birthday": "2001-04-06"}
    assert member.browser.post("/user/signup", json=body).status_code == 200
    login = {"email": member.email, "password": PASSWORD}
    member.bearer(member.app.post("/auth/login", json=login).json())
    return member


def account_id(client: httpx.Client) -> int:
    return client.get("/users").json()["id"]


def test_account_created_through_one_contract_exists_in_all(member: Member) -> None:
    browser, app = member.browser, member.app
    assert browser.get("/user/profile").json()["body"]["email"] == member.email
    assert browser.get("/profile").json()["email"] == member.email
    assert browser.get("/users").json()["email"] == member.email
    assert app.get("/user/").json()["email"] == member.email
    history = app.get("/api/v1/login/history").json()
    assert [item["method"] for item in history["items"]] == ["cinema", "filmsite"]


def test_cookie_and_token_work_in_every_contract(member: Member) -> None:
    paths = ("/user/profile", "/profile", "/users", "/api/v1/login/history", "/user/")
    for client in (member.browser, member.app):
        assert [client.get(path).status_code for path in paths] == [200] * 5


def test_profile_changed_through_one_contract_changes_in_all(member: Member) -> None:
    body = {
        "username": member.name,
        "email": member.email,
        "firstname": "Анна",
        "lastname": "Каренина",
    }
    assert member.browser.put("/profile", json=body).status_code == 200
    profile = member.app.get("/user/").json()
    assert (profile["name"], profile["surname"]) == ("Анна", "Каренина")
    profile = member.browser.get("/users").json()
    assert (profile["username"], profile["name"]) == (member.name, "Анна")
    genre = member.app.get("/genres/").json()[0]["id"]
    response = member.app.patch("/user/", json={"name": "Anna", "favorite_genre": genre})
    assert response.json()["favourite_genre"] == genre
    assert member.browser.get("/profile").json()["firstname"] == "Anna"
    login = {"login": member.name, "password": PASSWORD}
    assert member.server.client().post("/api/v1/user/login", json=login).status_code == 200


def test_avatar_uploaded_through_one_contract_is_shown_in_all(member: Member) -> None:
    files = {"avatar": ("me.jpg", picture(), "image/jpeg")}
    uploaded = member.browser.post("/user/avatar/upload", files=files, headers=member.csrf())
    assert uploaded.status_code == 200, uploaded.text
    address = member.browser.get("/profile").json()["avatar"]
    assert address == member.browser.get("/user/profile").json()["body"]["avatar_url"]
    image = member.server.client().get(address)
    assert (image.status_code, image.headers["content-type"]) == (200, "image/jpeg")
    photo = member.app.get(f"/photos/{account_id(member.app)}", headers={"accept": "image/*"})
    assert photo.content == image.content


def test_password_changed_through_one_contract_changes_in_all(member: Member) -> None:
    body = {"password_1": PASSWORD, "password_2": NEW_PASSWORD}
    assert member.app.put("/user/password", json=body).status_code == 200
    assert member.browser.get("/user/profile").status_code == 400
    assert member.app.get("/user/").status_code == 200
    for password, statuses in ((PASSWORD, (400, 403, 400, 401)), (NEW_PASSWORD, (200,) * 4)):
        requests = (
            ("/user/signin", {"email": member.email}),
            ("/login", {"login": member.email}),
            ("/login", {"email": member.email}),
            ("/auth/login", {"email": member.email}),
        )
        received = tuple(
            member.server.client().post(path, json=body | {"password": password}).status_code
            for path, body in requests
        )
        assert received == statuses


def test_bookmarks_and_chats_do_not_depend_on_the_credential(member: Member) -> None:
    film = member.app.get("/movies/", params={"page": 1}).json()[0]
    assert member.app.post(f"/favorites/movies/{film['id']}/").status_code == 201
    assert [f["id"] for f in member.browser.get("/favorites/movies/").json()] == [film["id"]]
    other = Member(member.server)
    body = {"email": other.email, "password": PASSWORD}
    assert other.browser.post("/users", json=body).status_code == 200
    chat = member.app.post("/chats", json={"user_id": account_id(other.browser)}).json()["id"]
    sent = member.browser.post(f"/chats/{chat}/messages", json={"text": "Смотрела?"})
    assert sent.status_code == 200
    found = other.browser.get(f"/chats/{chat}/messages").json()["messages"]
    assert [message["text"] for message in found] == ["Смотрела?"]


def test_role_given_through_one_contract_takes_effect_at_once(member: Member) -> None:
    member.server.make_superuser("root")
    root = member.server.client()
    login = {"login": "root", "password": PASSWORD}
    tokens = root.post("/api/v1/user/login", json=login).json()
    root.headers["authorization"] = f"Bearer {tokens['access_token']}"
    assert member.app.get("/api/v1/role").status_code == 403
    role = {"name": unique_name("editors"), "permissions": ["roles.manage"]}
    role_id = root.post("/api/v1/role", json=role).json()["id"]
    path = f"/api/v1/user/{account_id(member.app)}/role"
    assert root.post(f"{path}/{role_id}").status_code == 201
    for client in (member.app, member.browser):
        assert client.get("/api/v1/role").status_code == 200
    assert root.delete(f"{path}/{role_id}").status_code == 204
    assert member.app.get("/api/v1/role").status_code == 403


def test_session_ended_through_one_contract_ends_in_all(member: Member) -> None:
    cookie = f"session_id={member.browser.cookies['session_id']}"
    assert member.browser.delete("/logout").status_code == 200
    stale = member.server.client(cookie=cookie)
    assert [
        stale.get(path).status_code
        for path in ("/user/profile", "/profile", "/users", "/api/v1/login/history", "/user/")
    ] == [400, 403, 401, 401, 401]
    assert member.app.get("/user/").status_code == 200


def test_account_deleted_through_one_contract_is_deleted_in_all(member: Member) -> None:
    assert member.browser.delete("/profile").status_code == 200
    assert member.app.get("/user/").status_code == 401
    for path, body, status in (
        ("/user/signin", {"email": member.email}, 400),
        ("/login", {"login": member.email}, 403),
        ("/login", {"email": member.email}, 400),
        ("/api/v1/user/login", {"login": member.email}, 404),
        ("/auth/login", {"email": member.email}, 401),
    ):
        response = member.server.client().post(path, json=body | {"password": PASSWORD})
        assert (path, response.status_code) == (path, status)
