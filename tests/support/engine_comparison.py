"""Send the same requests to a server on each engine and record every difference.

Values that must differ are masked first: tokens, times and random names.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS, RunningServer

MASKS = (
    (rb"eyJ[\w-]+\.[\w-]+\.[\w-]+", b"<access>"),
    (rb'"(\d+\.\d+)\.[\w=-]{20,}"', rb'"\1.<mac>"'),
    (rb'"(csrf|csrf-token|csrf_token|x|y|kid)":"[^"]*"', rb'"\1":"<random>"'),
    (rb"session_id=[\w-]{20,}", b"session_id=<token>"),
    (rb"known_device=[^;]{20,}", b"known_device=<device>"),
    (rb"\d\d\.\d\d\.\d{4} \d\d:\d\d", b"<minute>"),
    (rb"avatars/[\w-]+\.jpg", b"avatars/<name>.jpg"),
    (rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", b"<time>"),
)
TIME_HEADERS = {"date", "x-request-id", "server"}
BODY_HEADERS = {"etag", "content-length"}


@dataclass(frozen=True)
class Step:
    """One request by a user (a number). `becomes` is the user whom its response signs in.

    `<access>` and `<refresh>` in the content stand for the user's tokens.
    """

    method: str
    path: str
    content: bytes = b""
    who: int | None = None
    by: str = "bearer"
    becomes: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        content = self.content if len(self.content) < 300 else self.content[:300] + b"..."
        return f"{self.method} {self.path} as {self.who} by {self.by}: {content!r}"


@dataclass
class Credentials:
    """The cookie and tokens of a user."""

    cookie: str = ""
    csrf: str = ""
    access: str = "none"
    refresh: str = "1.1.none"


class ComparedServer:
    """One of the two servers, with the credentials of its users."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self._client = httpx.Client(base_url=server.url, timeout=TIMEOUT, verify=NO_TLS)
        self._people: dict[int | None, Credentials] = {}

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def ask(self, step: Step) -> httpx.Response:
        """Send a request and return the response."""
        known = self._people.get(step.who, Credentials())
        content = step.content.replace(b"<access>", known.access.encode())
        content = content.replace(b"<refresh>", known.refresh.encode())
        headers = {**self._credentials(step, known), **step.headers}
        self._client.cookies.clear()
        response = self._client.request(step.method, step.path, content=content, headers=headers)
        self._remember(step, response)
        return response

    def _credentials(self, step: Step, known: Credentials) -> dict[str, str]:
        if step.who is None:
            return {}
        if step.by == "bearer":
            return {"authorization": f"Bearer {known.access}"}
        return {"cookie": f"session_id={known.cookie}", "csrf-token": known.csrf}

    def _remember(self, step: Step, response: httpx.Response) -> None:
        if step.becomes is None or not response.is_success:
            return
        known = self._people.setdefault(step.becomes, Credentials())
        given = response.json() if response.content else {}
        known.access = given.get("access_token", known.access)
        known.refresh = given.get("refresh_token", known.refresh)
        cookie = response.cookies.get("session_id")
        if cookie:
            known.cookie = cookie
        if step.path == "/user/csrf":
            known.csrf = given["body"]["csrf"]


def comparable(response: httpx.Response) -> tuple[int, dict[str, bytes], bytes]:
    """Return status, headers and body without the parts that must differ."""
    body = masked(response.content)
    left_out = TIME_HEADERS | (BODY_HEADERS if body != response.content else set())
    headers = {
        name: masked(value.encode("latin-1"))
        for name, value in response.headers.items()
        if name not in left_out
    }
    return response.status_code, headers, body


def masked(data: bytes) -> bytes:
    """Return the bytes without tokens, times and random names."""
    for pattern, instead in MASKS:
        data = re.sub(pattern, instead, data)
    return data


class ServerPair:
    """Sends each request to both servers and compares the responses."""

    def __init__(self, *servers: RunningServer) -> None:
        self._sides = [ComparedServer(server) for server in servers]
        self.differences: list[str] = []
        self.statuses: dict[int, int] = {}

    def ask(self, step: Step) -> tuple[int, bytes]:
        """Send a request to both. Return the status and the body of the first."""
        # Never two requests in one millisecond, so that both servers order them by time alike.
        began = time.time_ns() // 1_000_000
        first, second = (comparable(side.ask(step)) for side in self._sides)
        while time.time_ns() // 1_000_000 == began:
            pass
        self.statuses[first[0]] = self.statuses.get(first[0], 0) + 1
        if first != second:
            self.differences.append(f"{step}\n  {_short(first)}\n  {_short(second)}")
        return first[0], first[2]

    def close(self) -> None:
        """Close the connections."""
        for side in self._sides:
            side.close()


def _short(response: tuple[int, dict[str, bytes], bytes]) -> str:
    status, headers, body = response
    return f"{status} {headers} {body[:1500]!r}"
