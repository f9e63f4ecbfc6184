"""Lines about requests, as a real server writes them."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.polling import TIMEOUT
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name


def read(capfd: pytest.CaptureFixture[str], last: httpx.Response) -> list[str]:
    """The lines up to that of an answer; it is written just after the answer has gone out."""
    text, deadline = "", time.monotonic() + TIMEOUT
    while last.headers["x-request-id"] not in text:
        assert time.monotonic() < deadline, text
        time.sleep(0.01)
        text += capfd.readouterr().err
    return text.splitlines()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], RunningServer]]:
    """Start a server that logs requests; within the test, so that its lines are captured."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(run_server(tmp_path, {"log_requests": "true"}))


def line_of(response: httpx.Response, capfd: pytest.CaptureFixture[str]) -> str:
    """The one line with an answer's id."""
    (line,) = read(capfd, response)
    return line


def test_without_the_setting_there_are_none(tmp_path, capfd):
    with run_server(tmp_path, {}) as server:
        assert server.client().get("/genres/").status_code == 200
    assert capfd.readouterr().err == ""


def test_line_has_the_request_and_the_status(start, capfd):
    server = start()
    client = server.client()
    for _ in range(2):  # the second comes from the cache
        response = client.get("/movies/?page=1")
        line = line_of(response, capfd)
        assert "event=request level=info" in line
        for field in ("method=GET", "path=/movies/ ", "status=200", "address=127.0.0.1"):
            assert field in line
        for field in ("milliseconds=", "account= ", "contract=cinema", "route=/movies/"):
            assert field in line


def test_error_response_has_a_line(start, capfd):
    server = start()
    line = line_of(server.client().get("/movies/999/"), capfd)
    assert "status=404" in line
    assert "route=/movies/{" in line
    line = line_of(server.client().get("/no/such/path"), capfd)
    assert "path=/no/such/path status=404" in line
    assert "route=(unknown)" in line


def test_account_is_logged_by_id(start, capfd):
    server = start()
    client = server.signed_up()
    assert "account=1 " in read(capfd, client.get("/profile"))[-1]


def test_secrets_are_not_logged(start, capfd):
    server = start()
    login = unique_name()
    body = {"login": login, "password": PASSWORD, "email": f"{login}@example.com"}
    client = server.client()
    assert client.post("/signup?token=swordfish", json=body).status_code == 200
    tokens = client.post("/auth/login", json=body).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    response = client.get("/user/?key=swordfish", headers=bearer)
    assert response.status_code == 200
    text = "\n".join(read(capfd, response))
    assert text.count("event=request") == 3
    secrets = ["swordfish", PASSWORD, login, client.cookies["session_id"], *tokens.values()]
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/messages/swordfish", "/messages/{text:text}"),
        ("/users/swordfish", "/users/{name:text}"),
        ("/profile/swordfish@example.com", "/profile/{login:text}"),
    ],
)
def test_text_in_a_path_is_not_logged(start, capfd, path, logged):
    lines = read(capfd, start().signed_up().get(path))
    assert f"path={logged} " in lines[-1]
    assert "swordfish" not in "".join(lines)


def test_path_cannot_forge_a_line_or_a_field(start, capfd):
    server = start()
    response = server.client().get("/a%0Aevent=request%20status=200%1b[2J%22")
    line = line_of(response, capfd)
    assert "path=/a%0Aevent%3Drequest%20status%3D200%1B%5B2J%22 status=404" in line
