"""A server with the films of `films.CATALOGUE`, and clients of the cinema contract."""

import httpx

from tests.support.films import PREMIUM, fill_catalogue, ids_by_name
from tests.support.servers import PASSWORD, RunningServer, unique_name


class Cinema:
    """The server, the ids of its films by title, and of its genres and directors by name."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.films = fill_catalogue(server.settings)
        self.genres = ids_by_name(server.settings, "genres")
        self.directors = ids_by_name(server.settings, "people")

    @property
    def anonymous(self) -> httpx.Client:
        """Return a client that is not signed in."""
        return self.server.client()

    @property
    def member(self) -> httpx.Client:
        """Return a client of a new account, signed in."""
        email = f"{unique_name()}@example.com"
        app = self.server.client()
        body = {"email": email, "password": PASSWORD}
        response = app.post("/auth/register", json=body)
        assert response.status_code == 201, response.text
        return self.signed_in(email)

    def signed_in(self, email: str, password: str = PASSWORD) -> httpx.Client:
        """Return a client that is signed in to this account."""
        app = self.server.client()
        response = app.post("/auth/login", json={"email": email, "password": password})
        assert response.status_code == 200, response.text
        app.headers["authorization"] = f"Bearer {response.json()['access_token']}"
        return app

    @property
    def superuser(self) -> httpx.Client:
        """Return a client of a new superuser."""
        login = unique_name("root")
        self.server.make_superuser(login)
        return self.signed_in(login)

    @property
    def holder(self) -> httpx.Client:
        """Return a client of a member with access to the label premium."""
        app, root = self.member, self.superuser
        role = {"name": unique_name("holders"), "permissions": [f"films.view:{PREMIUM}"]}
        role_id = root.post("/api/v1/role", json=role).json()["id"]
        account_id = app.get("/user/").json()["id"]
        assert root.post(f"/api/v1/user/{account_id}/role/{role_id}").status_code == 201
        return app


def total_films(app: httpx.Client) -> int:
    """Return how many films the app sees, for tests that wait until a server notices a change."""
    headers = {"accept": "application/json"}
    return int(app.get("/movies/?page=1", headers=headers).headers["x-total-count"])
