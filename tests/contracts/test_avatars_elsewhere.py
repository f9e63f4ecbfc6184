"""Avatars hosted elsewhere are shown only to their owner, because the host could track readers."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.servers import PASSWORD, RunningServer, keep_clients_open, unique_name

ELSEWHERE = "https://tracker.example/pixel.jpg"


class Members:
    """A member with an avatar hosted elsewhere, another member in a chat with them, a superuser."""

    def __init__(self, server: RunningServer) -> None:
        self.owner = server.client(sec_fetch_site="same-origin")
        email = f"{unique_name()}@example.com"
        body = {"email": email, "password": PASSWORD, "avatar_url": ELSEWHERE}
        assert self.owner.post("/user/signup", json=body).status_code == 200
        self.name = unique_name("owner")
        self.id = self.owner.get("/users").json()["id"]
        renamed = self.owner.put("/profile", json=self._profile() | {"username": self.name})
        assert renamed.status_code == 200, renamed.text
        self.other = server.signed_up()
        self.chat = self.other.post("/chats", json={"user_id": self.id}).json()["id"]
        response = self.other.post(f"/chats/{self.chat}/messages", json={"text": "Hello"})
        assert response.status_code == 200
        server.make_superuser(name := unique_name("root"))
        self.superuser = server.client()
        body = {"login": name, "password": PASSWORD}
        assert self.superuser.post("/login", json=body).status_code == 200

    def _profile(self) -> dict[str, str]:
        profile = self.owner.get("/profile").json()
        return {name: profile[name] for name in ("firstname", "lastname", "username", "email")}

    def texts(self, client: httpx.Client, *paths: str, html: bool = False) -> dict[str, str]:
        headers = {"accept": "text/html" if html else "application/json"}
        return {path: client.get(path, headers=headers).text for path in paths}


@pytest.fixture(scope="module")
def members(server: RunningServer) -> Iterator[Members]:
    with keep_clients_open() as retain_clients:
        members = Members(server)
        retain_clients()
        yield members


def test_owner_gets_the_url_in_every_contract_and_on_the_site(members: Members) -> None:
    owner = members.owner
    assert owner.get("/user/profile").json()["body"]["avatar_url"] == ELSEWHERE
    assert owner.get("/profile").json()["avatar"] == ELSEWHERE
    page = members.texts(owner, "/account", f"/people/{members.name}", html=True)
    assert all(ELSEWHERE in text for text in page.values())


def test_others_never_get_the_url(members: Members) -> None:
    for client in (members.other, members.superuser):
        found = members.texts(
            client,
            *(f"/users/{members.id}", f"/users/{members.name}", f"/profile/{members.name}"),
            *("/chats", f"/chats/{members.chat}/messages", f"/photos/{members.id}"),
        )
        found |= members.texts(
            client,
            *(f"/people/{members.name}", "/messages", f"/messages/{members.chat}"),
            f"/messages/new?to={members.name}",
            html=True,
        )
        assert [path for path, text in found.items() if "tracker.example" in text] == []
    found = members.texts(
        members.superuser, "/manage", "/manage/members", f"/manage/members/{members.id}", html=True
    )
    assert members.name in found["/manage/members"]
    assert [path for path, text in found.items() if "tracker.example" in text] == []
