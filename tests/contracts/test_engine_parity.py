"""Both engines return the same bytes: one sequence of requests is sent to a server on each.

The requests are drawn at random with a fixed seed, from the route tables and from valid and invalid
values, so new endpoints are tested as well.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from kinoteka.cli.superuser import create_superuser
from kinoteka.http.mechanics.routes import Route
from kinoteka.server.app import CONTRACTS
from tests.conftest import GENEROUS, new_database
from tests.support.databases import ENGINES
from tests.support.engine_comparison import ServerPair, Step
from tests.support.films import fill_catalogue
from tests.support.pictures import picture
from tests.support.servers import PASSWORD, run_server

pytestmark = pytest.mark.postgresql  # which starts inside a fixture

SEED = 20
STEPS = 900
USERS = 5
ADMIN = 0
UNAUTHORIZED = 401

INVALID: list[object] = [
    *(
        "",
        " ",
        "\t",
        "a\x00b",
        "\ud800",
        "a\r\nb",
        "\u202e",
        "é" * 3,
        "e\u0301",
        "İ",
        "ß",
        "%",
        "_",
    ),
    *("'", '"', "\\", "👽", "x" * 70, "я" * 500, "x" * 5000, "a" + "\u0301" * 40, "$1", "{}", "-"),
    *(None, True, False, 0, 1, -1, 1.5, 1e400, 2**31, 2**32, 2**53 - 1, 2**53, 2**63, 10**30),
    *([], {}, [1], [[]], {"a": 1}),
]
NAMES = ["anna", "Anna", "ANNA", "Ändré", "straße", "STRASSE", "борис", "Борис", "x_y", "a.b-c"]
TITLES = ["Best", "Лучшее", "  two  words ", "e\u0301", "<b>", "a\nb", "😀", "x" * 200]
WORDS = [
    *("matrix", "MATRIX", "matrx", "brat", "брат", "Амели", "amelie", "the", "man", "spider man"),
    *("летят", "zhuravli", "s", "ss", "alein", "blade runner", "samurai seven", "nobody", "м", "M"),
    *("ran", "rann", "“ran”", "spider-man", "spiderman", "ran OR alien", "ran*", "NEAR(a b)"),
    *("a" * 200, "a " * 100, "a" * 201, "1999", "ishiro", "ō", "ﬁlm", "\u200d", "*", '"', "' --"),
]
VALID: dict[str, Sequence[object]] = {
    "login": [*NAMES, *(f"{name}@example.com" for name in NAMES)],
    "username": NAMES,
    "email": [f"{name}@Example.com" for name in NAMES],
    "password": [PASSWORD],
    "old_password": [PASSWORD],
    "new_password": [PASSWORD],
    "password_1": [PASSWORD],
    "password_2": [PASSWORD],
    "birthday": ["2001-04-06", "2001-Apr-06", "1800-01-01", "2001-02-30"],
    "avatar_url": ["https://example.com/a.png", "javascript:1", "http://", "//x"],
    "title": TITLES,
    "text": [*TITLES, "x" * 4000, "x" * 4001],
    "nonce": ["1", "2", "é"],
    "movies": [[1, 2, 3], [3, 2, 1, 1], [10], [99], list(range(1, 19)), []],
    "permissions": [
        ["films.view:premium"],
        ["films.view:adult", "a"],
        ["A b"],
        [],
        ["roles.manage"],
    ],
    "position": [0, 1, 2, 50],
    "access_token": ["<access>"],
    "refresh_token": ["<refresh>"],
    "phone": ["+7 900"],
}
FLAGS: list[object] = [True, False]
SMALL: list[object] = [1, 2, 3, 4]
IDS = [*(str(n) for n in range(1, 13)), "0", "99", "007", str(2**31), str(2**53 - 1), str(2**63)]
INVALID_IDS = ["-1", "1.5", "%00", "%ff", "id", "9" * 50, "%D0%B1", "a%2Fb", "١"]
QUERY: dict[str, list[str]] = {
    "page": ["1", "2", "3", "100", str(2**53 - 1)],
    "status": ["new", "old", "NEW"],
    "year": ["1979", "1997", "-5", "32768", str(2**31), str(-(2**53) + 1)],
    "q": WORDS,
    "limit": ["1", "2", "100", "101"],
    "offset": ["0", "1", "5", str(2**53 - 1)],
    "featured": ["true", "false", "1"],
    "permission": ["films.view:premium", "roles.manage", "x y"],
    "": [str(n) for n in range(1, 9)],
}
INVALID_QUERY = [
    "",
    "0",
    "-1",
    "one",
    "1.0",
    "1e3",
    "%00",
    "%ff",
    "9" * 400,
    "%ED%A0%80",
    "true",
    "1&1",
]
# Hashing takes a tenth of a second, and after these paths a user has to sign up again.
RARELY = 0.1
HASHES = {"password", "old_password", "password_1"}
SIGN_OUTS = {"/logout", "/profile", "/user/logout", "/api/v1/user/logout"}
REFRESHES = {"/api/v1/token/refresh", "/auth/login"}


class RequestGenerator:
    """A generator of requests."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._accounts = 0
        self._own: dict[tuple[int | None, str], list[int]] = {}
        self._routes = [
            route
            for contract in CONTRACTS
            for route in contract.routes
            if route.method != "WEBSOCKET"
        ]

    def sign_ins(self, admin: str) -> list[Step]:
        """Return the requests with which all users, including the superuser, sign in."""
        body = {"login": admin, "password": PASSWORD}
        steps = [_json_step("POST", "/api/v1/user/login", body, ADMIN)]
        for number in range(1, USERS):
            steps += self.sign_up(number)
        for number in range(2, USERS):
            steps.append(_json_step("POST", "/chats", {"user_id": 2}, None, number))
        return steps

    def sign_up(self, who: int) -> list[Step]:
        """Return the requests with which a new user signs up and gets a token and a cookie."""
        self._accounts += 1
        body = {"login": f"person{self._accounts}", "password": PASSWORD}
        return [
            _json_step("POST", "/api/v1/user", body, who),
            _json_step("POST", "/login", body, who),
            Step("GET", "/user/csrf", who=who, by="cookie", becomes=who),
        ]

    def next_request(self) -> Step:
        """Return the next request."""
        chance = self._random.random()
        if chance < 0.5:
            return self._frequent_request()
        route = self._random.choice(self._routes)
        fields = (
            {f.encode_name for f in msgspec.structs.fields(route.body)} if route.body else set()
        )
        rare = fields & HASHES or route.path in SIGN_OUTS
        if rare and self._random.random() > RARELY:
            return self.next_request()
        return self._random_request(route)

    def remember_owner(self, step: Step, body: bytes) -> None:
        """Remember the owner of a new object, so that later requests can come from its owner."""
        kind = step.path.split("/")[1]
        if step.method == "POST" and step.path.count("/") in (1, 3) and b'"id":' in body:
            kind = "messages" if step.path.endswith("messages") else kind
            found = re.search(rb'"id":(\d+)', body)
            self._own.setdefault((step.who, kind), []).append(int(found[1]) if found else 0)

    def _frequent_request(self) -> Step:
        """Return a frequent request about the objects of one user."""
        draw = self._random
        who = draw.randrange(1, USERS)
        chat, message, selection = (
            draw.choice(self._own.get((who, kind), [0])[-8:])
            for kind in ("chats", "messages", "selections")
        )
        film = draw.randint(1, 12)
        text = {"text": draw.choice(WORDS), "nonce": draw.choice([None, "1", "2"])}
        method, path, body = draw.choice(
            [
                ("POST", f"/chats/{chat}/messages", text),
                ("POST", f"/chats/{chat}/messages", text),
                (
                    "POST",
                    f"/chats/{chat}/read",
                    {"message_id": max(1, message - draw.randint(0, 3))},
                ),
                ("GET", f"/chats/{chat}/messages?limit={film}&before={message + film}", None),
                (
                    "GET",
                    f"/chats/{chat}/messages?limit={film}&after={max(0, message - film)}",
                    None,
                ),
                ("PUT", f"/messages/{message}", text),
                ("DELETE", f"/messages/{message}", None),
                ("GET", f"/chats?limit={film}", None),
                ("POST", "/chats", {"user_id": draw.randint(2, 2 + self._accounts)}),
                ("POST", f"/favorites/movies/{film}/", None),
                ("DELETE", f"/favorites/movies/{film}/", None),
                ("GET", "/favorites/movies/?page=1", None),
                ("POST", "/selections", {"title": "Mine", "public": film < 8, "movies": [1, film]}),
                ("PUT", f"/selections/{selection}/movies/{film}", {"position": draw.randint(0, 4)}),
                ("DELETE", f"/selections/{selection}/movies/{film}", None),
                ("PATCH", f"/selections/{selection}", {"public": film < 8, "title": "New"}),
                ("DELETE", f"/selections/{selection}", None),
                ("GET", f"/selections/{selection}", None),
                ("POST", "/api/v1/token/refresh", {"refresh_token": "<refresh>"}),
            ]
        )
        becomes = who if path.endswith("refresh") else None
        return _json_step(method, path, body, becomes, who)

    def _random_request(self, route: Route) -> Step:
        draw = self._random
        path = "/".join(self._part(part) for part in route.path.split("/"))
        query = self._query(route)
        content, headers = b"", {}
        if route.body is not None:
            content, headers = self._body(route), {"content-type": "application/json"}
        if route.upload is not None:
            content, headers = self._upload(route.upload.field)
        who = draw.choice([None, ADMIN, ADMIN, *range(USERS)])
        if route.permission and draw.random() < 0.8:
            who = ADMIN
        if route.path in SIGN_OUTS:
            who = draw.randrange(1, USERS)
        elif not (route.signed_in or route.permission) and route.method in ("POST", "PUT"):
            who = draw.choice([None, None, None, who or None])
        becomes = who if route.path in REFRESHES else None
        by = "bearer" if who == ADMIN else draw.choice(["bearer", "bearer", "cookie"])
        if draw.random() < 0.02:
            headers["if-none-match"] = '"x", *'
        method = "HEAD" if route.method == "GET" and draw.random() < 0.05 else route.method
        return Step(method, path + query, content, who, by, becomes, headers)

    def _part(self, part: str) -> str:
        if not part.startswith("{"):
            return part
        if part.endswith(":text}"):
            return quote(self._random.choice([*NAMES, "an", "%", "_", "é", "я" * 200, "\x00", "'"]))
        return self._random.choice(IDS if self._random.random() < 0.9 else INVALID_IDS)

    def _query(self, route: Route) -> str:
        if route.query is None:
            return ""
        draw, parameters = self._random, []
        for field in msgspec.structs.fields(route.query):
            if draw.random() < 0.5:
                valid = [quote(each) for each in QUERY.get(field.encode_name, QUERY[""])]
                chosen = draw.choice(valid if draw.random() < 0.85 else INVALID_QUERY)
                parameters.append(f"{field.encode_name}={chosen}")
        return f"?{'&'.join(parameters)}" if parameters else ""

    def _body(self, route: Route) -> bytes:
        draw = self._random
        if draw.random() < 0.03:
            return draw.choice([b"", b"null", b"[]", b'{"login', b'"\xff"', b"9" * 400])
        body: dict[str, object] = {}
        for field in msgspec.structs.fields(route.body):
            if field.required or draw.random() < 0.6:
                is_valid = draw.random() < 0.88
                body[field.encode_name] = draw.choice(
                    _values(field.encode_name) if is_valid else INVALID
                )
        return _json(body)

    def _upload(self, field: str) -> tuple[bytes, dict[str, str]]:
        files = [*_pictures(), b"", b"not a picture", _pictures()[0][:200]]
        name = field if self._random.random() < 0.9 else "other"
        part = f'--boundary\r\ncontent-disposition: form-data; name="{name}"; filename="a"\r\n\r\n'
        content = part.encode() + self._random.choice(files) + b"\r\n--boundary--\r\n"
        return content, {"content-type": "multipart/form-data; boundary=boundary"}


@cache
def _pictures() -> list[bytes]:
    return [picture(), picture("PNG"), picture("JPEG", (300, 10))]


def _values(name: str) -> Sequence[object]:
    if name in ("public", "featured"):
        return FLAGS
    if name == "id" or name.endswith("_id") or name.startswith("favo"):
        return SMALL
    return VALID.get(name, list(TITLES))


def _json_step(
    method: str, path: str, body: object, becomes: int | None = None, who: int | None = None
) -> Step:
    content = b"" if body is None else _json(body)
    headers = {"content-type": "application/json"}
    return Step(method, path, content, who, becomes=becomes, headers=headers)


def _json(value: object) -> bytes:
    return json.dumps(value).replace("Infinity", "1e400").encode()


@pytest.fixture
def server_pair(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ServerPair]:
    with ExitStack() as stack:
        servers = []
        for engine in ENGINES:
            folder = tmp_path / engine
            database = stack.enter_context(new_database(engine, request, folder))
            server = stack.enter_context(run_server(folder, GENEROUS | database))
            fill_catalogue(server.settings)
            asyncio.run(create_superuser(server.settings, "admin", PASSWORD))
            servers.append(server)
        pair = ServerPair(*servers)
        stack.callback(pair.close)
        yield pair


def send_random_requests(server_pair: ServerPair, seed: int, steps: int) -> None:
    """Send `steps` requests to both servers. A user without a session signs up again."""
    generator = RequestGenerator(seed)
    queue = generator.sign_ins("admin")
    for _ in range(steps):
        step = queue.pop(0) if queue else generator.next_request()
        status, body = server_pair.ask(step)
        generator.remember_owner(step, body)
        if status == UNAUTHORIZED and step.who and "password" not in step.path and not queue:
            queue = generator.sign_up(step.who)


def test_both_engines_return_the_same_responses(server_pair: ServerPair) -> None:
    send_random_requests(server_pair, SEED, STEPS)
    assert server_pair.differences == []
    # Enough of the requests were meaningful.
    assert server_pair.statuses[200] > STEPS / 5
    assert server_pair.statuses[201] > STEPS / 50
