"""Clients in Python: one is made of every document, and calls every endpoint once."""

import importlib
import inspect
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.films import fill_catalogue
from tests.support.openapi_documents import ALL, NAMES, operations
from tests.support.pictures import picture
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

NEW_PASSWORD = "another long one"
Json = dict[str, Any]


def email() -> str:
    return f"{unique_name()}@example.com"


class Caller:
    """A superuser and a new member, and things that there are to ask about."""

    def __init__(self, server: RunningServer, superuser: str, films: list[int]) -> None:
        self.server = server
        self.login = unique_name()
        self.browser = server.signed_up(self.login)
        self.email = f"{self.login}@example.com"
        self.id = int(self.browser.get("/users").json()["id"])
        self.tokens = self._tokens(self.login)
        self.superuser = superuser
        self.films = films

    def _tokens(self, login: str) -> Json:
        response = self.server.client().post(
            "/api/v1/user/login", json={"login": login, "password": PASSWORD}
        )
        assert response.status_code == 200, response.text
        return dict(response.json())

    def ask(self, method: str, path: str, body: Json, token: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {token or self.tokens['access_token']}"}
        response = self.server.client(**headers).request(method, path, json=body)
        assert response.is_success, response.text
        return response.json()

    def other(self) -> int:
        return int(self.server.signed_up().get("/users").json()["id"])

    def chat(self) -> int:
        return int(self.ask("POST", "/chats", {"user_id": self.other()})["id"])

    def message(self) -> int:
        path = f"/chats/{self.chat()}/messages"
        return int(self.ask("POST", path, {"text": "hello"})["id"])

    def role(self) -> int:
        body = {"name": unique_name("role")}
        return int(self.ask("POST", "/api/v1/role", body, self.superuser)["id"])

    def selection(self) -> int:
        body = {"title": "Films", "public": True, "movies": self.films[:1]}
        return int(self.ask("POST", "/selections", body)["body"]["selection"]["id"])

    def with_photo(self) -> int:
        assert self.browser.post("/photos", files={"file": picture()}).is_success
        return self.id


Given = Callable[[Caller], dict[str, Any]]

# What the parameters of paths are.
PARAMETERS: dict[str, Given] = {
    "/selections/{id}": lambda it: {"id": it.selection()},
    "/selections/{id}/movies/{movie_id}": lambda it: {
        "id": it.selection(),
        "movie_id": it.films[0],
    },
    "/profile/{login}": lambda it: {"login": it.login},
    "/users/{id}": lambda it: {"id": it.id},
    "/users/{id}/chats": lambda it: {"id": it.id},
    "/photos/{id}": lambda it: {"id": it.with_photo()},
    "/chats/{id}/messages": lambda it: {"id": it.chat()},
    "/chats/{id}/read": lambda it: {"id": it.chat()},
    "/messages/{id}": lambda it: {"id": it.message()},
    "/api/v1/user/{id}": lambda it: {"id": it.id},
    "/api/v1/role/{id}": lambda it: {"id": it.role()},
    "/api/v1/user/{user_id}/role/{role_id}": lambda it: {
        "user_id": it.id,
        "role_id": it.role(),
    },
    "/api/v1/user/{user_id}/role": lambda it: {"user_id": it.id},
    "/movies/{id}": lambda it: {"id": it.films[0]},
    "/genres/{id}": lambda _: {"id": 1},
    "/directors/{id}": lambda _: {"id": 1},
    "/favorites/movies/{id}/": lambda it: {"id": it.films[0]},
}

# What is put into bodies over the document's example.
BODIES: dict[str, Given] = {
    "filmsite_sign_up": lambda _: {"email": email(), "password": PASSWORD},
    "filmsite_sign_in": lambda it: {"email": it.email, "password": PASSWORD},
    "filmsite_make_selection": lambda it: {"movies": it.films[:1]},
    "account_sign_up": lambda _: {"login": unique_name(), "email": email(), "password": PASSWORD},
    "account_sign_in": lambda it: {"login": it.login, "password": PASSWORD},
    "account_change_profile": lambda it: {"username": it.login, "email": it.email},
    "account_change_password": lambda _: {"old_password": PASSWORD, "new_password": NEW_PASSWORD},
    "messenger_sign_up": lambda _: {"email": email(), "password": PASSWORD},
    "messenger_sign_in": lambda it: {"email": it.email, "password": PASSWORD},
    "messenger_change_user": lambda it: {"id": it.id, "email": it.email, "username": it.login},
    "messenger_open_chat": lambda it: {"user_id": it.other()},
    "authservice_sign_up": lambda _: {"login": unique_name(), "password": PASSWORD},
    "authservice_sign_in": lambda it: {"login": it.login, "password": PASSWORD},
    "authservice_refresh": lambda it: {"refresh_token": it.tokens["refresh_token"]},
    "authservice_change_user": lambda _: {"password": NEW_PASSWORD},
    "authservice_create_role": lambda _: {"name": unique_name("role")},
    "cinema_register": lambda _: {"email": email(), "password": PASSWORD},
    "cinema_sign_in": lambda it: {"email": it.email, "password": PASSWORD},
    "cinema_renew": lambda it: it.tokens,
    "cinema_change_profile": lambda _: {"favorite_genre": 1},
    "cinema_change_password": lambda _: {"password_1": PASSWORD, "password_2": NEW_PASSWORD},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with some films, whatever the engine: what is tried are the documents."""
    with run_server(tmp_path_factory.mktemp("clients"), {}) as server:
        yield server


@pytest.fixture(scope="module")
def films(server: RunningServer) -> list[int]:
    return list(fill_catalogue(server.settings).values())


@pytest.fixture(scope="module")
def superuser(server: RunningServer) -> str:
    """The access token of a superuser."""
    server.make_superuser("root")
    body = {"login": "root", "password": PASSWORD}
    response = httpx.post(f"{server.url}/api/v1/user/login", json=body)
    return str(response.json()["access_token"])


@pytest.fixture
def generate(
    document_files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Make the client of a document, as a package `<name>_client`; a warning fails."""

    def generate(name: str) -> Path:
        package = tmp_path / f"{name}_client"
        config = tmp_path / "config.json"
        config.write_text('{"post_hooks": []}', encoding="utf-8")
        made = subprocess.run(
            [
                Path(sys.executable).with_name("openapi-python-client"),
                *("generate", "--path", document_files[name], "--config", config),
                *("--meta", "none", "--output-path", package, "--fail-on-warning"),
            ],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        assert "warning" not in made.stdout.lower(), made.stdout
        monkeypatch.syspath_prepend(str(tmp_path))
        return package

    return generate


def endpoints(package: Path) -> set[str]:
    found = (package / "api").rglob("*.py")
    return {path.stem for path in found if path.stem != "__init__"}


@pytest.mark.parametrize("name", NAMES)
def test_generated_client_calls_every_endpoint(
    server: RunningServer,
    films: list[int],
    superuser: str,
    documents: dict[str, Json],
    generate: Callable[[str], Path],
    name: str,
) -> None:
    declared = operations(documents[name])
    assert endpoints(generate(name)) == set(declared)
    if name == ALL:  # whose endpoints are those of the others
        return
    problems = {}
    for operation_id, (path, operation) in declared.items():
        caller = Caller(server, superuser, films)
        problem = problem_of(caller, name, operation_id, path, operation)
        if problem is not None:
            problems[operation_id] = problem
    assert problems == {}


def problem_of(
    caller: Caller, name: str, operation_id: str, path: str, operation: Json
) -> str | None:
    """Call an endpoint with the generated client; return what is wrong with the response."""
    package = importlib.import_module(f"{name}_client")
    endpoint = importlib.import_module(f"{name}_client.api.{name}.{operation_id}")
    given = PARAMETERS[path](caller) if "{" in path else {}
    if "body" in inspect.signature(endpoint.sync_detailed).parameters:
        example = body_of(operation) | BODIES.get(operation_id, lambda _: {})(caller)
        given["body"] = body_model(name, endpoint, example)
    url = caller.server.url
    if operation["security"]:
        token = caller.superuser if "/role" in path else caller.tokens["access_token"]
        made = package.AuthenticatedClient(base_url=url, token=token)
    else:
        made = package.Client(base_url=url)
    with made as client:
        response = endpoint.sync_detailed(client=client, **given)
    success = min(operation["responses"], key=int)
    if response.status_code != int(success):
        return f"{response.status_code}: {response.content!r}"
    has_content = "content" in operation["responses"][success]
    return None if (response.parsed is not None) == has_content else f"parsed: {response.parsed!r}"


def body_of(operation: Json) -> Json:
    """Return the example of the body that the document has."""
    (content,) = operation["requestBody"]["content"].values()
    return dict(content.get("example", {}))


def body_model(name: str, endpoint: Any, example: Json) -> Any:
    """Return the body as the generated client's own type."""
    hints = typing.get_type_hints(endpoint.sync_detailed)
    kinds = typing.get_args(hints["body"]) or (hints["body"],)
    model = next(each for each in kinds if each.__name__ != "Unset")
    fields = inspect.signature(model).parameters
    for field in ("avatar", "file"):
        if field in fields:
            types = importlib.import_module(f"{name}_client.types")
            upload = types.File(BytesIO(picture()), "me.jpg", "image/jpeg")
            return model(**{field: upload})
    return model.from_dict(example)
