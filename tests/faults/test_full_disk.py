"""A full disk: a clear answer, reads go on, nothing is corrupt, and with room it ends by itself."""

import os
import resource
import sqlite3
import subprocess
from contextlib import closing, contextmanager

import pytest

from conftest import GENEROUS
from messengers import open_chat, person
from running import run_server

TEXT = "x" * 4000
MEGABYTES = 12


@contextmanager
def small_disk(path):
    """A file system of a few megabytes; only root can have one."""
    path.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(path)], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextmanager
def small_files(process):
    """No file of the process grows any more, as if the disk were full."""
    limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
def test_a_disk_that_fills_up(tmp_path):
    folder = tmp_path / "disk"
    with small_disk(folder), run_server(folder / "data", GENEROUS) as server:
        anna, boris = person(server), person(server)
        chat = open_chat(anna, boris)
        filler = folder / "filler"
        answers = fill_up(anna, chat, filler)
        check_refusal(answers[-1])
        stored = sum(answer.status_code == 200 for answer in answers)
        assert len(all_of(anna, chat)) == stored
        assert server.client().get("/movies/?page=1").status_code == 200
        assert server.client().get("/healthz").status_code == 200
        filler.unlink()
        assert anna.post(chat, "room again")
        assert len(all_of(anna, chat)) == stored + 1
        assert_is_whole(server.data)


def test_files_that_cannot_grow(tmp_path):
    with run_server(tmp_path / "data", GENEROUS) as server:
        anna, boris = person(server), person(server)
        chat = open_chat(anna, boris)
        with small_files(server.process):
            answer = post(anna, chat)
            check_refusal(answer)
            assert anna.client.get(f"/chats/{chat}/messages").status_code == 200
        anna.post(chat, "room again")
        assert len(all_of(anna, chat)) == 1
        assert_is_whole(server.data)


def post(author, chat):
    return author.client.post(f"/chats/{chat}/messages", json={"text": TEXT, "nonce": None})


def fill_up(author, chat, filler):
    """Leave hardly any room and write until there is none; all answers."""
    with filler.open("wb") as file:
        free = os.statvfs(filler.parent).f_bavail * os.statvfs(filler.parent).f_frsize
        file.write(b"\0" * (free - 512 * 1024))
    answers = [post(author, chat)]
    while answers[-1].status_code == 200:
        assert len(answers) < 1000
        answers.append(post(author, chat))
    return answers


def check_refusal(answer):
    assert answer.status_code == 503
    assert answer.json()["error"] == "busy"
    assert int(answer.headers["retry-after"]) >= 1


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
