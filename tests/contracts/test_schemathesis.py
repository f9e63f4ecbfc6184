"""Every answer is one that the documents declare: requests made from them, sound and broken.

Each operation is asked by somebody anonymous and by a superuser, so that nothing is refused for
want of rights; one about a thing with an id is asked about things that exist, too. What is asked
is the same in every run. The server has PostgreSQL, which takes offence at more than SQLite does;
`contracts/test_bad_input.py` asks both.
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
from tests.support.servers import RunningServer, run_server, unique_name

EXAMPLES = 12
FIRST_ID = 1
PASSWORD = "correct horse"  # the one of the documents' examples
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
    """Somebody who may do everything, and comes back after having been signed out or deleted."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._login = self._token = "none"
        self._client = httpx.Client(base_url=server.url, timeout=TIMEOUT)
        self.ids: list[int] = []

    def headers(self) -> dict[str, str]:
        """The headers of a session that lasts."""
        if not self._lasts() and not self._signs_in():
            self._login = unique_name("superuser")
            asyncio.run(create_superuser(self._server.settings, self._login, PASSWORD))
            assert self._signs_in()
            self._settle_in()
        return {"authorization": f"Bearer {self._token}"}

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _lasts(self) -> bool:
        headers = {"authorization": f"Bearer {self._token}"}
        return self._client.get("/user/", headers=headers).status_code == 200

    def _signs_in(self) -> bool:
        body = {"login": self._login, "password": PASSWORD}
        response = self._client.post("/api/v1/user/login", json=body)
        self._token = response.json().get("access_token", "none")
        return response.status_code == 200

    def _settle_in(self) -> None:
        """Have a photo, a friend, and a chat with a message, so that there is what to ask for."""
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
    """A server with the demo catalogue, which these tests may leave in any state."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with (
        new_database("postgresql", request) as database,
        run_server(folder, UNLIMITED | database, "--host", "127.0.0.1") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture(scope="module")
def superuser(own_server: RunningServer) -> Iterator[Superuser]:
    superuser = Superuser(own_server)
    yield superuser
    superuser.close()


def api(name: str) -> schemathesis.BaseSchema:
    """What schemathesis makes of a contract's document."""
    document = Documentation(CONTRACTS).document(name)
    return schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))


def ask(case: schemathesis.Case, server: RunningServer, **options: Any) -> None:
    """Make the request, and see that the answer is declared."""
    case.call_and_validate(base_url=server.url, checks=DECLARED, **options)


for contract in CONTRACTS:

    @api(contract.name).parametrize()
    def check(case, own_server, session, superuser) -> None:
        session.cookies.clear()
        ask(case, own_server, session=session)
        ask(case, own_server, session=session, headers=superuser.headers())
        ids = [name for name, value in case.path_parameters.items() if isinstance(value, int)]
        headers = superuser.headers()
        for known in superuser.ids if ids else ():
            case.path_parameters.update(dict.fromkeys(ids, known))
            ask(case, own_server, session=session, headers=headers)

    globals()[f"test_{contract.name}"] = check
