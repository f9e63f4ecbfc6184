"""A full disk: a clear answer, reads go on, nothing is corrupt, and with room it ends by itself."""

import os
import resource
import secrets
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager, suppress

import pytest

from tests.conftest import GENEROUS
from tests.support.chat_users import new_chat_user, open_chat
from tests.support.databases import USER
from tests.support.pictures import picture
from tests.support.polling import eventually
from tests.support.servers import PASSWORD, keep_clients_open, run_kinoteka, run_server

TEXT = secrets.token_hex(2000)  # which PostgreSQL cannot compress much
SENTENCE = "the server is out of disk space, so nothing was saved; try again later"
MESSENGER = {"error": "disk_full", "message": SENTENCE}
SIGN_UP = {"email": "new@example.com", "password": PASSWORD}
MEGABYTES = 12


@contextmanager
def small_disk(path, megabytes=MEGABYTES):
    """A file system of a few megabytes; only root can have one."""
    path.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
        path.rmdir()


@contextmanager
def small_files(process):
    """No file of the process grows any more, as if the disk were full."""
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux can limit a process that runs")
    limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
def test_server_recovers_when_a_full_disk_has_room_again(tmp_path):
    folder = tmp_path / "disk"
    with small_disk(folder), run_server(folder / "data", GENEROUS) as server:
        anna, boris = new_chat_user(server), new_chat_user(server)
        chat = open_chat(anna, boris)
        filler = folder / "filler"
        responses = fill_up(anna, chat, filler)
        check_refusal(responses[-1])
        assert readiness(server)[0] == 503
        stored = sum(response.status_code == 200 for response in responses)
        assert len(all_of(anna, chat)) == stored
        assert server.client().get("/movies/?page=1").status_code == 200
        assert server.client().get("/healthz").status_code == 200
        filler.unlink()
        assert anna.post(chat, "room again")
        assert len(all_of(anna, chat)) == stored + 1
        assert_is_whole(server.data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
@pytest.mark.parametrize("is_new", [True, False], ids=["new folder", "existing database"])
def test_server_that_cannot_start_says_that_the_disk_is_full(tmp_path, is_new):
    folder = tmp_path / "disk"
    data = str(folder / "data")
    with small_disk(folder, 4):
        if not is_new:
            assert run_kinoteka("migrate", "--data", data).returncode == 0
        with suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        done = run_kinoteka("serve", "--port", "0", "--no-demo", "--data", data)
    assert done.returncode == 1
    assert done.stderr.startswith("kinoteka: the disk ")
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
def test_full_disk_of_postgresql_is_reported_until_there_is_room(postgresql, tmp_path):
    # Beside the cluster: PostgreSQL runs as another user, and pytest's folders are root's alone.
    folder = postgresql.folder.with_name(f"{postgresql.folder.name}-small")
    with small_disk(folder, 40):
        assert USER
        shutil.chown(folder, USER)
        with tablespace(postgresql, folder) as url:
            settings = GENEROUS | {"database_url": url}
            with run_server(tmp_path / "data", settings) as server:
                anna, boris = new_chat_user(server), new_chat_user(server)
                chat = open_chat(anna, boris)
                filler = folder / "filler"
                check_refusal(fill_up(anna, chat, filler)[-1])
                assert readiness(server) == (503, ["storage"])
                assert anna.client.get(f"/chats/{chat}/messages").status_code == 200
                filler.unlink()
                eventually(lambda: readiness(server) == (200, []))
                assert anna.post(chat, "room again")


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A server whose files cannot grow, a signed-in user, and one of the user's chats."""
    data = tmp_path_factory.mktemp("full")
    with run_server(data, GENEROUS) as server, keep_clients_open() as keep_open:
        anna, boris = new_chat_user(server), new_chat_user(server)
        chat = open_chat(anna, boris)
        keep_open()
        with small_files(server.process):
            yield server, anna, chat


class TestFilesThatCannotGrow:
    """Every contract and the site, on a server whose files no longer grow."""

    @pytest.mark.parametrize(
        ("method", "path", "body", "expected"),
        [
            ("POST", "/chats/{chat}/messages", {"text": TEXT}, MESSENGER),
            ("PUT", "/profile", {"username": "other"}, {"message": SENTENCE}),
            ("PATCH", "/user/", {"name": "Other"}, {"message": SENTENCE}),
            ("POST", "/user/signup", SIGN_UP, {"message": SENTENCE, "status": 507}),
            ("POST", "/api/v1/user", {"login": "new", "password": PASSWORD}, {"message": SENTENCE}),
        ],
        ids=["messenger", "account", "cinema", "filmsite", "authservice"],
    )
    def test_write_is_rejected_in_the_contracts_dialect(self, full, method, path, body, expected):
        server, anna, chat = full
        client = server.client() if "signup" in path or "/api/" in path else anna.client
        response = client.request(method, path.format(chat=chat), json=body)
        assert (response.status_code, response.json()) == (507, expected)

    @pytest.mark.parametrize("content", [picture(), bytes(200_000)], ids=["picture", "large"])
    @pytest.mark.parametrize(
        ("method", "path", "field"), [("PUT", "/avatar", "avatar"), ("POST", "/photos", "file")]
    )
    def test_upload_is_rejected(self, full, method, path, field, content):
        _, anna, _ = full
        response = anna.client.request(method, path, files={field: ("a.jpg", content)})
        assert response.status_code == 507
        assert SENTENCE in response.text

    def test_site_shows_a_page_about_the_full_disk(self, full):
        _, anna, _ = full
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        form = {
            "username": anna.name,
            "email": f"{anna.name}@example.com",
            "given_name": "Other",
        }
        response = anna.client.post("/account", data=form, headers=headers)
        assert response.status_code == 507
        assert "out of disk space" in response.text

    def test_server_is_not_ready_but_reads(self, full):
        server, anna, chat = full
        assert readiness(server) == (503, ["storage"])
        assert anna.client.get(f"/chats/{chat}/messages").status_code == 200


def test_server_is_ready_again_once_files_grow(tmp_path, capfd):
    with run_server(tmp_path / "data", GENEROUS) as server:
        anna, boris = new_chat_user(server), new_chat_user(server)
        chat = open_chat(anna, boris)
        with small_files(server.process):
            check_refusal(post(anna, chat))
            assert readiness(server) == (503, ["storage"])
        eventually(lambda: readiness(server) == (200, []))
        anna.post(chat, "room again")
        assert len(all_of(anna, chat)) == 1
        assert_is_whole(server.data)
    assert "Traceback" not in capfd.readouterr().err


def post(author, chat):
    return author.client.post(f"/chats/{chat}/messages", json={"text": TEXT, "nonce": None})


def fill_up(author, chat, filler):
    """Leave hardly any room and write until there is none; all answers."""
    with filler.open("wb") as file:
        free = os.statvfs(filler.parent).f_bavail * os.statvfs(filler.parent).f_frsize
        file.write(b"\0" * (free - 512 * 1024))
    responses = [post(author, chat)]
    while responses[-1].status_code == 200:
        assert len(responses) < 1000
        responses.append(post(author, chat))
    return responses


def check_refusal(response):
    assert (response.status_code, response.json()) == (507, MESSENGER)


def readiness(server):
    response = server.client().get("/readyz")
    return response.status_code, response.json()["reasons"]


@contextmanager
def tablespace(server, folder):
    """A database that lies in the folder; its address."""
    server.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
    try:
        server.execute("CREATE DATABASE small TABLESPACE small TEMPLATE template0")
        url = server.url("small")
        try:
            yield url
        finally:
            server.drop_database(url)
    finally:
        server.execute("DROP TABLESPACE small")


def all_of(author, chat):
    found, before = [], None
    while page := author.messages(chat, limit=100, **({"before": before} if before else {})):
        found += page
        before = page[-1]["id"]
    return found


def assert_is_whole(data):
    with closing(sqlite3.connect(data / "kinoteka.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
