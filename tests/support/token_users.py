"""Users of the auth service: accounts with an access token and a client that sends it."""

import httpx

from tests.support.servers import PASSWORD, RunningServer, unique_name


class User:
    """A user with a client that sends the access token, and no cookie."""

    def __init__(self, server: RunningServer, login: str, tokens: dict[str, str]) -> None:
        self.login = login
        self.client = server.client()
        self.refresh_token = tokens["refresh_token"]
        self.use(tokens["access_token"])

    @property
    def id(self) -> int:
        """Return the account's id."""
        import jwt

        claims = jwt.decode(self.access_token, options={"verify_signature": False})
        return int(claims["sub"])

    def use(self, access_token: str) -> None:
        """Send this access token from now on."""
        self.access_token = access_token
        self.client.headers["authorization"] = f"Bearer {access_token}"

    def signed_in(self) -> bool:
        """Return whether the access token is accepted."""
        return self.client.get("/api/v1/login/history").status_code == 200


def new_user(server: RunningServer, login: str | None = None) -> User:
    """Create a user with the password `PASSWORD`."""
    login = login or unique_name()
    body = {"login": login, "password": PASSWORD}
    response = server.client().post("/api/v1/user", json=body)
    assert response.status_code == 201, response.text
    return User(server, login, response.json())


def new_superuser(server: RunningServer) -> User:
    """Create a superuser from the console."""
    login = unique_name("superuser")
    server.make_superuser(login)
    return User(server, login, sign_in(server, login).json())


def sign_in(server: RunningServer, login: str, password: str = PASSWORD) -> httpx.Response:
    """Sign in with a new client."""
    body = {"login": login, "password": password}
    return server.client().post("/api/v1/user/login", json=body)


def refresh(server: RunningServer, token: str) -> httpx.Response:
    """Use a refresh token."""
    return server.client().post("/api/v1/token/refresh", json={"refresh_token": token})
