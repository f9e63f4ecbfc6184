"""Both engines answer alike, to the byte: one sequence of requests, asked of a server on each.

The requests are drawn at random, always the same ones, from the route tables and from values
sound and odd, so that an endpoint that is added is asked, too.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator
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

SEED = 20
STEPS = 900
PEOPLE = 5
ADMIN = 0
UNAUTHORIZED = 401

ODD = [
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
GOOD: dict[str, list[object]] = {
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
ODD_IDS = ["-1", "1.5", "%00", "%ff", "id", "9" * 50, "%D0%B1", "a%2Fb", "١"]
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
ODD_QUERY = [
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
# A password takes a tenth of a second, and who has left has to come in again.
RARELY = 0.1
HASHES = {"password", "old_password", "password_1"}
LEAVING = {"/logout", "/profile", "/user/logout", "/api/v1/user/logout"}
RENEWING = {"/api/v1/token/refresh", "/auth/login"}


class Walk:
    """Draws one request after another."""

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

    def beginning(self, admin: str) -> list[Step]:
        """Everybody comes in, the superuser as well."""
        body = {"login": admin, "password": PASSWORD}
        steps = [_asked("POST", "/api/v1/user/login", body, ADMIN)]
        for number in range(1, PEOPLE):
            steps += self.coming_in(number)
        for number in range(2, PEOPLE):
            steps.append(_asked("POST", "/chats", {"user_id": 2}, None, number))
        return steps

    def coming_in(self, who: int) -> list[Step]:
        """Somebody has a new account, with a session by token and one by cookie."""
        self._accounts += 1
        body = {"login": f"person{self._accounts}", "password": PASSWORD}
        return [
            _asked("POST", "/api/v1/user", body, who),
            _asked("POST", "/login", body, who),
            Step("GET", "/user/csrf", who=who, by="cookie", becomes=who),
        ]

    def step(self) -> Step:
        """The next request."""
        chance = self._random.random()
        if chance < 0.5:
            return self._tour()
        route = self._random.choice(self._routes)
        fields = (
            {f.encode_name for f in msgspec.structs.fields(route.body)} if route.body else set()
        )
        rare = fields & HASHES or route.path in LEAVING
        if rare and self._random.random() > RARELY:
            return self.step()
        return self._request(route)

    def learn(self, step: Step, body: bytes) -> None:
        """Know whose a thing is that has been made, so that it is asked for by who may."""
        kind = step.path.split("/")[1]
        if step.method == "POST" and step.path.count("/") in (1, 3) and b'"id":' in body:
            kind = "messages" if step.path.endswith("messages") else kind
            found = re.search(rb'"id":(\d+)', body)
            self._own.setdefault((step.who, kind), []).append(int(found[1]) if found else 0)

    def _tour(self) -> Step:
        """Something that people do all the time, with things of their own."""
        draw = self._random
        who = draw.randrange(1, PEOPLE)
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
        return _asked(method, path, body, becomes, who)

    def _request(self, route: Route) -> Step:
        draw = self._random
        path = "/".join(self._part(part) for part in route.path.split("/"))
        query = self._query(route)
        content, headers = b"", {}
        if route.body is not None:
            content, headers = self._body(route), {"content-type": "application/json"}
        if route.upload is not None:
            content, headers = self._upload(route.upload.field)
        who = draw.choice([None, ADMIN, ADMIN, *range(PEOPLE)])
        if route.permission and draw.random() < 0.8:
            who = ADMIN
        if route.path in LEAVING:
            who = draw.randrange(1, PEOPLE)
        elif not (route.signed_in or route.permission) and route.method in ("POST", "PUT"):
            who = draw.choice([None, None, None, who or None])
        becomes = who if route.path in RENEWING else None
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
        return self._random.choice(IDS if self._random.random() < 0.9 else ODD_IDS)

    def _query(self, route: Route) -> str:
        if route.query is None:
            return ""
        draw, given = self._random, []
        for field in msgspec.structs.fields(route.query):
            if draw.random() < 0.5:
                good = [quote(each) for each in QUERY.get(field.encode_name, QUERY[""])]
                chosen = draw.choice(good if draw.random() < 0.85 else ODD_QUERY)
                given.append(f"{field.encode_name}={chosen}")
        return f"?{'&'.join(given)}" if given else ""

    def _body(self, route: Route) -> bytes:
        draw = self._random
        if draw.random() < 0.03:
            return draw.choice([b"", b"null", b"[]", b'{"login', b'"\xff"', b"9" * 400])
        body: dict[str, object] = {}
        for field in msgspec.structs.fields(route.body):
            if field.required or draw.random() < 0.6:
                good = draw.random() < 0.88
                body[field.encode_name] = draw.choice(_values(field.encode_name) if good else ODD)
        return _json(body)

    def _upload(self, field: str) -> tuple[bytes, dict[str, str]]:
        files = [*_pictures(), b"", b"no picture", _pictures()[0][:200]]
        name = field if self._random.random() < 0.9 else "other"
        part = f'--cut\r\ncontent-disposition: form-data; name="{name}"; filename="a"\r\n\r\n'
        content = part.encode() + self._random.choice(files) + b"\r\n--cut--\r\n"
        return content, {"content-type": "multipart/form-data; boundary=cut"}


@cache
def _pictures() -> list[bytes]:
    return [picture(), picture("PNG"), picture("JPEG", (300, 10))]


def _values(name: str) -> list[object]:
    if name in ("public", "featured"):
        return FLAGS
    if name == "id" or name.endswith("_id") or name.startswith("favo"):
        return SMALL
    return GOOD.get(name, list(TITLES))


def _asked(
    method: str, path: str, body: object, becomes: int | None = None, who: int | None = None
) -> Step:
    content = b"" if body is None else _json(body)
    headers = {"content-type": "application/json"}
    return Step(method, path, content, who, becomes=becomes, headers=headers)


def _json(value: object) -> bytes:
    return json.dumps(value).replace("Infinity", "1e400").encode()


@pytest.fixture
def both(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ServerPair]:
    with ExitStack() as stack:
        servers = []
        for engine in ENGINES:
            folder = tmp_path / engine
            database = stack.enter_context(new_database(engine, request, folder))
            server = stack.enter_context(run_server(folder, GENEROUS | database))
            fill_catalogue(server.settings)
            asyncio.run(create_superuser(server.settings, "admin", PASSWORD))
            servers.append(server)
        asked = ServerPair(*servers)
        stack.callback(asked.close)
        yield asked


def walk(both: ServerPair, seed: int, steps: int) -> None:
    """Ask for `steps` things; who is no longer signed in comes in again."""
    drawn = Walk(seed)
    waiting = drawn.beginning("admin")
    for _ in range(steps):
        step = waiting.pop(0) if waiting else drawn.step()
        status, body = both.ask(step)
        drawn.learn(step, body)
        if status == UNAUTHORIZED and step.who and "password" not in step.path and not waiting:
            waiting = drawn.coming_in(step.who)


def test_every_answer_is_the_same(both):
    walk(both, SEED, STEPS)
    assert both.differences == []
    # What was asked made sense often enough.
    assert both.statuses[200] > STEPS / 5
    assert both.statuses[201] > STEPS / 50
