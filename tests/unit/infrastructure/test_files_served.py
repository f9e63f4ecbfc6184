"""A server whose avatars lie in an object store: uploaded, shown, replaced, gone, out of reach."""

import asyncio
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.support.object_stores import PREFIX, URL, ObjectStore, run_object_store
from tests.support.pictures import picture
from tests.support.polling import wait_until
from tests.support.servers import RunningServer, run_server

AVATARS = "/media/avatars/"
TRY_AGAIN = {"message": "the server is busy; try again in 5 seconds"}


@pytest.fixture(scope="module")
def running() -> Iterator[ObjectStore]:
    with run_object_store() as store:
        yield store


@pytest.fixture
def store(running: ObjectStore) -> ObjectStore:
    running.empty()
    return running


@pytest.fixture(scope="module")
def server(
    running: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    settings = {"files_url": URL, "files_endpoint": running.endpoint}
    folder = tmp_path_factory.mktemp("server")
    with run_server(folder, settings, **running.environment) as started:
        yield started


@pytest.fixture
def member(server: RunningServer) -> httpx.Client:
    return server.signed_up()


def upload(member: httpx.Client, size: tuple[int, int] = (64, 48)) -> httpx.Response:
    return member.put("/avatar", files={"avatar": ("me.png", picture("PNG", size=size))})


def key(address: str) -> str:
    assert address.startswith(AVATARS)
    return f"{PREFIX}/avatars/{address.removeprefix(AVATARS)}"


def test_upload_is_stored_and_served_unchanged(server, store, member):
    address = upload(member).json()["avatar"]
    assert store.stored() == {key(address)}
    assert not (server.settings.data / "avatars").exists()
    shown = server.client().get(address)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.content == store.content(key(address)).content
    assert Image.open(BytesIO(shown.content)).size == (64, 48)


def test_every_contract_returns_the_avatar(server, store, member):
    address = upload(member).json()["avatar"]
    account_id = member.get("/users").json()["id"]
    photo = member.get(f"/photos/{account_id}", headers={"accept": "image/*"})
    assert photo.content == store.content(key(address)).content


async def test_new_avatar_replaces_the_old(store, member):
    first = upload(member).json()["avatar"]
    second = upload(member, (10, 10)).json()["avatar"]
    assert Image.open(BytesIO(member.get(second).content)).size == (10, 10)
    await wait_until(lambda: store.stored() == {key(second)})
    assert member.get(first).status_code == 404


async def test_avatar_is_deleted_with_its_account(store, member):
    address = upload(member).json()["avatar"]
    assert member.delete("/profile").status_code == 200
    await wait_until(lambda: store.stored() == set())
    assert member.get(address).status_code == 404


def test_rejected_upload_leaves_no_file(store, member):
    assert member.put("/avatar", files={"avatar": ("me.png", b"nothing")}).status_code == 400
    assert store.stored() == set()


def test_removed_file_is_not_found(store, member):
    address = upload(member).json()["avatar"]
    store.remove(key(address))
    assert member.get(address).status_code == 404


def busy(response: httpx.Response) -> bool:
    assert response.status_code == 503, response.text
    assert response.json() == TRY_AGAIN
    return response.headers["retry-after"] == "5"


async def test_hanging_store_makes_avatars_unavailable_only(store, member):
    address = upload(member).json()["avatar"]
    with store.stopped():
        asked = asyncio.gather(
            asyncio.to_thread(member.get, address), asyncio.to_thread(upload, member)
        )
        assert member.get("/profile").json()["avatar"] == address
        assert all(map(busy, await asked))
    assert member.get("/profile").json()["avatar"] == address
    assert member.get(address).status_code == 200
    changed = upload(member).json()["avatar"]
    assert member.get(changed).status_code == 200
    await wait_until(lambda: key(address) not in store.stored())


def test_store_that_returns_empty_loses_only_avatars(store, member):
    address = upload(member).json()["avatar"]
    store.stop()
    try:
        assert busy(member.get(address))
        assert busy(upload(member))
        assert member.get("/profile").json()["avatar"] == address
    finally:
        store.start()
    store.allow_anything()  # its new user has other keys
    assert member.get(address).status_code == 404
    changed = upload(member).json()["avatar"]
    assert member.get(changed).status_code == 200
