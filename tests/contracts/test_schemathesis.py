"""Responses match the OpenAPI documents, for valid and invalid requests generated from them.

Every operation is called anonymously and as a superuser, who is never rejected for a missing
permission. Operations with ids are also called for objects that exist. The requests are the same
in every run. The server has PostgreSQL, which rejects more than SQLite does;
`contracts/test_bad_input.py` tests both engines.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from schemathesis import checks
from schemathesis.config import SchemathesisConfig

from kinoteka.cli.superuser import create_superuser
from kinoteka.server.api_documents import Documentation
from kinoteka.server.app import CONTRACTS
from tests.conftest import GENEROUS, new_database
from tests.support.pictures import picture
from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS, RunningServer, run_server, unique_name

EXAMPLES = 12
FIRST_ID = 1
PASSWORD = "correct horse"  # the password of the documents' examples
DECLARED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
CONFIG = {
    "seed": 1,
    "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none"},
}
UNLIMITED = dict.fromkeys(GENEROUS, "1000000 per minute")


class Superuser:
    """A superuser who signs in again, if necessary with a new account, when the session ends."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._login = self._token = "none"
        self._client = httpx.Client(base_url=server.url, timeout=TIMEOUT, verify=NO_TLS)
        self.ids: list[int] = []

    def headers(self) -> dict[str, str]:
        """Return the headers of a valid session."""
        if not self._has_session() and not self._can_sign_in():
            self._login = unique_name("superuser")
            asyncio.run(create_superuser(self._server.settings, self._login, PASSWORD))
            assert self._can_sign_in()
            self._create_objects()
        return {"authorization": f"Bearer {self._token}"}

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _has_session(self) -> bool:
        headers = {"authorization": f"Bearer {self._token}"}
        return self._client.get("/user/", headers=headers).status_code == 200

    def _can_sign_in(self) -> bool:
        body = {"login": self._login, "password": PASSWORD}
        response = self._client.post("/api/v1/user/login", json=body)
        self._token = response.json().get("access_token", "none")
        return response.status_code == 200

    def _create_objects(self) -> None:
        """Upload a photo and create a chat with a message, so that there are objects to request."""
        friend = self._server.signed_up().get("/user/").json()["id"]
        with httpx.Client(base_url=self._server.url, headers=self.headers()) as client:
            own = client.get("/user/").json()["id"]
            client.post("/photos", files={"file": picture()}).raise_for_status()
            chat = client.post("/chats", json={"user_id": friend}).json()["id"]
            message = client.post(f"/chats/{chat}/messages", json={"text": "!"}).json()["id"]
        self.ids = [FIRST_ID, own, chat, message]


@pytest.fixture(scope="module")
def own_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RunningServer]:
    """A server that these tests may leave in any state."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with (
        new_database("postgresql", request) as database,
        run_server(folder, UNLIMITED | database, "--host", "127.0.0.1") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False  # Looking for proxies takes a third of each request.
        yield session


@pytest.fixture(scope="module")
def superuser(own_server: RunningServer) -> Iterator[Superuser]:
    superuser = Superuser(own_server)
    yield superuser
    superuser.close()


def schema_of(name: str) -> schemathesis.BaseSchema:
    """Return a contract's document as a schemathesis schema."""
    document = Documentation(CONTRACTS).document(name)
    return schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))


def call_and_check(case: schemathesis.Case, server: RunningServer, **options: Any) -> None:
    """Send the request and check that the response is declared."""
    case.call_and_validate(base_url=server.url, checks=DECLARED, **options)


for contract in CONTRACTS:

    @schema_of(contract.name).parametrize()
    def check(case, own_server, session, superuser) -> None:
        session.cookies.clear()
        call_and_check(case, own_server, session=session)
        call_and_check(case, own_server, session=session, headers=superuser.headers())
        ids = [name for name, value in case.path_parameters.items() if isinstance(value, int)]
        if not ids:
            return
        headers = superuser.headers()
        for known_id in superuser.ids:
            case.path_parameters.update(dict.fromkeys(ids, known_id))
            call_and_check(case, own_server, session=session, headers=headers)

    globals()[f"test_{contract.name}_responses_match_its_document"] = check
