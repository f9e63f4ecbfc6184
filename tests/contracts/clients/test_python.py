"""Generated Python clients: one per document, which calls every endpoint once."""

import importlib
import inspect
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
from tests.support.servers import NO_TLS, PASSWORD, RunningServer, run_server, unique_name

NEW_PASSWORD = "another long one"
Json = dict[str, Any]


def email() -> str:
    return f"{unique_name()}@example.com"


class Caller:
    """A superuser and a new member, who create the objects that requests need."""

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

    def send(self, method: str, path: str, body: Json, token: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {token or self.tokens['access_token']}"}
        response = self.server.client(**headers).request(method, path, json=body)
        assert response.is_success, response.text
        return response.json()

    def create_user(self) -> int:
        return int(self.server.signed_up().get("/users").json()["id"])

    def create_chat(self) -> int:
        return int(self.send("POST", "/chats", {"user_id": self.create_user()})["id"])

    def create_message(self) -> int:
        path = f"/chats/{self.create_chat()}/messages"
        return int(self.send("POST", path, {"text": "hello"})["id"])

    def create_role(self) -> int:
        body = {"name": unique_name("role")}
        return int(self.send("POST", "/api/v1/role", body, self.superuser)["id"])

    def create_selection(self) -> int:
        body = {"title": "Films", "public": True, "movies": self.films[:1]}
        return int(self.send("POST", "/selections", body)["body"]["selection"]["id"])

    def upload_photo(self) -> int:
        assert self.browser.post("/photos", files={"file": picture()}).is_success
        return self.id


Values = Callable[[Caller], dict[str, Any]]

# The values of path parameters.
PARAMETERS: dict[str, Values] = {
    "/selections/{id}": lambda caller: {"id": caller.create_selection()},
    "/selections/{id}/movies/{movie_id}": lambda caller: {
        "id": caller.create_selection(),
        "movie_id": caller.films[0],
    },
    "/profile/{login}": lambda caller: {"login": caller.login},
    "/users/{id}": lambda caller: {"id": caller.id},
    "/users/{id}/chats": lambda caller: {"id": caller.id},
    "/photos/{id}": lambda caller: {"id": caller.upload_photo()},
    "/chats/{id}/messages": lambda caller: {"id": caller.create_chat()},
    "/chats/{id}/read": lambda caller: {"id": caller.create_chat()},
    "/messages/{id}": lambda caller: {"id": caller.create_message()},
    "/api/v1/user/{id}": lambda caller: {"id": caller.id},
    "/api/v1/role/{id}": lambda caller: {"id": caller.create_role()},
    "/api/v1/user/{user_id}/role/{role_id}": lambda caller: {
        "user_id": caller.id,
        "role_id": caller.create_role(),
    },
    "/api/v1/user/{user_id}/role": lambda caller: {"user_id": caller.id},
    "/movies/{id}": lambda caller: {"id": caller.films[0]},
    "/genres/{id}": lambda _: {"id": 1},
    "/directors/{id}": lambda _: {"id": 1},
    "/favorites/movies/{id}/": lambda caller: {"id": caller.films[0]},
}

# Fields of bodies that replace those of the document's example.
BODIES: dict[str, Values] = {
    "filmsite_sign_up": lambda _: {"email": email(), "password": PASSWORD},
    "filmsite_sign_in": lambda caller: {"email": caller.email, "password": PASSWORD},
    "filmsite_make_selection": lambda caller: {"movies": caller.films[:1]},
    "account_sign_up": lambda _: {"login": unique_name(), "email": email(), "password": PASSWORD},
    "account_sign_in": lambda caller: {"login": caller.login, "password": PASSWORD},
    "account_change_profile": lambda caller: {"username": caller.login, "email": caller.email},
    "account_change_password": lambda _: {"old_password": PASSWORD, "new_password": NEW_PASSWORD},
    "messenger_sign_up": lambda _: {"email": email(), "password": PASSWORD},
    "messenger_sign_in": lambda caller: {"email": caller.email, "password": PASSWORD},
    "messenger_change_user": lambda caller: {
        "id": caller.id,
        "email": caller.email,
        "username": caller.login,
    },
    "messenger_open_chat": lambda caller: {"user_id": caller.create_user()},
    "authservice_sign_up": lambda _: {"login": unique_name(), "password": PASSWORD},
    "authservice_sign_in": lambda caller: {"login": caller.login, "password": PASSWORD},
    "authservice_refresh": lambda caller: {"refresh_token": caller.tokens["refresh_token"]},
    "authservice_change_user": lambda _: {"password": NEW_PASSWORD},
    "authservice_create_role": lambda _: {"name": unique_name("role")},
    "cinema_register": lambda _: {"email": email(), "password": PASSWORD},
    "cinema_sign_in": lambda caller: {"email": caller.email, "password": PASSWORD},
    "cinema_renew": lambda caller: caller.tokens,
    "cinema_change_profile": lambda _: {"favorite_genre": 1},
    "cinema_change_password": lambda _: {"password_1": PASSWORD, "password_2": NEW_PASSWORD},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with some films. The engine does not matter, because the documents are tested."""
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
    """Generate the client of a document as a package `<name>_client`. A warning fails."""
    # Imported here, because it takes every worker half a second.
    from openapi_python_client.cli import app
    from typer.testing import CliRunner

    def generate(name: str) -> Path:
        package = tmp_path / f"{name}_client"
        config = tmp_path / "config.json"
        config.write_text('{"post_hooks": []}', encoding="utf-8")
        result = CliRunner().invoke(
            app,
            [
                *("generate", "--path", str(document_files[name]), "--config", str(config)),
                *("--meta", "none", "--output-path", str(package), "--fail-on-warning"),
            ],
        )
        assert result.exit_code == 0, result.output
        assert "warning" not in result.output.lower(), result.output
        monkeypatch.syspath_prepend(str(tmp_path))
        return package

    return generate


def endpoints(package: Path) -> set[str]:
    modules = (package / "api").rglob("*.py")
    return {path.stem for path in modules if path.stem != "__init__"}


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
    if name == ALL:  # its endpoints are tested in the other documents
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
    """Call an endpoint with the generated client. Return what is wrong with the response."""
    package = importlib.import_module(f"{name}_client")
    endpoint = importlib.import_module(f"{name}_client.api.{name}.{operation_id}")
    arguments = PARAMETERS[path](caller) if "{" in path else {}
    if "body" in inspect.signature(endpoint.sync_detailed).parameters:
        example = body_of(operation) | BODIES.get(operation_id, lambda _: {})(caller)
        arguments["body"] = body_model(name, endpoint, example)
    url = caller.server.url
    if operation["security"]:
        token = caller.superuser if "/role" in path else caller.tokens["access_token"]
        new_client = package.AuthenticatedClient(base_url=url, token=token, verify_ssl=NO_TLS)
    else:
        new_client = package.Client(base_url=url, verify_ssl=NO_TLS)
    with new_client as client:
        response = endpoint.sync_detailed(client=client, **arguments)
    success = min(operation["responses"], key=int)
    if response.status_code != int(success):
        return f"{response.status_code}: {response.content!r}"
    has_content = "content" in operation["responses"][success]
    return None if (response.parsed is not None) == has_content else f"parsed: {response.parsed!r}"


def body_of(operation: Json) -> Json:
    """Return the document's example of the body."""
    (content,) = operation["requestBody"]["content"].values()
    return dict(content.get("example", {}))


def body_model(name: str, endpoint: Any, example: Json) -> Any:
    """Return the body as a type of the generated client."""
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
