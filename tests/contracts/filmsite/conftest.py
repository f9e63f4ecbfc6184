"""A member of the film site with a browser."""

import httpx
import pytest

from tests.support.servers import PASSWORD, RunningServer, unique_name


@pytest.fixture
def email() -> str:
    return f"{unique_name()}@example.com"


@pytest.fixture
def member(server: RunningServer, email: str) -> httpx.Client:
    """The client of a new account, signed in by cookie."""
    client = server.client()
    response = client.post("/user/signup", json={"email": email, "password": PASSWORD})
    assert response.status_code == 200, response.text
    return client
