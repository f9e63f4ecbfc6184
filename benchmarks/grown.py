"""The grown profile: two workers on PostgreSQL against one, and pages read from PostgreSQL.

    python -m benchmarks.grown [workers] [pages] [writes] [postgresql]

PostgreSQL has its default settings, including durability. It and Redis run only for the benchmark.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import psycopg

from benchmarks.import_data import write_imdb
from benchmarks.load import Run, RunOptions, interleaved, wrk
from benchmarks.reads import PASSWORD, post
from benchmarks.servers import Process, free_port, kinoteka
from kinoteka.database.migrations import migrate
from kinoteka.http.mechanics.response import ASGIApplication
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.app import asgi_application, close, compose, wire
from tests.support.databases import PROGRAMS, USER, PostgreSQLServer, postgresql_server

HERE = Path(__file__).parent
FILMS = 100_000
PAGES = 2_000
ROUNDS = 7
NAMES = ("workers", "pages", "writes", "postgresql")
# The statements of a request, asked of PostgreSQL by itself.
PAGE_OF_FILMS = """
\\set first random(1, 99980)
SELECT films.id, title, description, year, rating, genres.name, people.name FROM films
JOIN genres ON genres.id = genre_id JOIN people ON people.id = director_id
WHERE films.id = ANY (ARRAY(SELECT generate_series(:first, :first + 11)));
"""
MESSAGE = """
\\set chat random(1, 1000)
BEGIN;
SELECT id FROM chats WHERE id = :chat FOR NO KEY UPDATE;
INSERT INTO messages (chat_id, author_id, text, created_at)
    VALUES (:chat, 1, 'as long as messages are', 1) RETURNING id;
UPDATE chats SET last_message_id = 1 WHERE id = :chat;
UPDATE chat_members SET active_at = 1, unread = unread + 1 WHERE chat_id = :chat;
COMMIT;
"""
CHATS = """
INSERT INTO accounts (username, username_key, password_hash, created_at)
    SELECT 'm' || n, 'm' || n, '', 0 FROM generate_series(1, 1001) n;
INSERT INTO chats (first_account_id, second_account_id, created_at)
    SELECT 1, n, 0 FROM generate_series(2, 1001) n;
INSERT INTO chat_members (chat_id, account_id, active_at, last_read_id, unread)
    SELECT id, account, 0, 0, 0 FROM chats, LATERAL (VALUES (1), (second_account_id)) v (account);
"""


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis server and return its URL."""
    port = free_port()
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        time.sleep(0.5)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def measure_workers(folder: Path, grown: dict[str, str], show: Callable[..., None]) -> None:
    """Measure reads with two workers and with one on the same database. No process is pinned.

    Where the load comes from the same two cores, it takes its part of them; so what a request
    costs the server in processor time is measured, too: with load from elsewhere, two workers
    carry twice the cores over the ratio of those costs.
    """
    with (
        kinoteka(folder, core=None, **grown) as one,
        kinoteka(folder, core=None, KINOTEKA_WORKERS="2", **grown) as two,
    ):
        for name, path in (("a page of films", "/movies/?page=1"), ("one film", "/movies/7/")):
            free: RunOptions = {"connections": 64, "core": None}
            loads = interleaved(
                {
                    "one": {"url": one.url + path, **free},
                    "two": {"url": two.url + path, **free},
                },
                rounds=ROUNDS,
            )
            ratio = loads["two"].rate / loads["one"].rate
            show(f"{name}, two workers", loads["one"].rate, loads["two"].rate, ratio, "≥ 1.6")
            costs: dict[str, list[float]] = {"one": [], "two": []}
            for _ in range(ROUNDS):
                for which, server in (("one", one), ("two", two)):
                    before = server.processor_seconds()
                    load = wrk(server.url + path, **free)
                    used = server.processor_seconds() - before
                    costs[which].append(used / (load.rate * 3) * 1e6)
            one_cost, two_cost = median(costs["one"]), median(costs["two"])
            show(f"{name}, processor time, µs", one_cost, two_cost, 2 * one_cost / two_cost, "")


async def measure_pages(settings: Settings, show: Callable[..., None]) -> None:
    """Measure uncached pages, from the request to the bytes, without HTTP."""
    services = await wire(settings)
    server = asgi_application(services, *compose())
    random = Random(1)
    for name, path, last in (
        ("a page of films from PostgreSQL, ms", "/movies/", FILMS // 12),
        ("one film from PostgreSQL, ms", "/movies/{}/", FILMS),
    ):
        seconds = []
        for number in random.sample(range(1, last), PAGES):
            query = "" if "{}" in path else f"page={number}"
            began = time.perf_counter()
            status = await _ask(server, path.format(number), query)
            seconds.append(time.perf_counter() - began)
            assert status == 200, (path, number, status)
        cuts = quantiles(seconds, n=100)
        show(name, 0, median(seconds) * 1000, 0, "< 1.5" if "page" in name else "")
        show(f"{name}, 99th percentile", 0, cuts[98] * 1000, 0, "")
    await close(services)


async def _ask(server: ASGIApplication, path: str, query: str) -> int:
    status = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip")],
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "extensions": {},
    }
    await server(scope, receive, send)
    return status


def measure_writes(folder: Path, grown: dict[str, str], show: Callable[..., None]) -> None:
    """Measure messages and bookmarks per second, with one worker and two, on each engine."""
    profiles: dict[str, dict[str, str]] = {"SQLite": {}, "PostgreSQL": grown}
    for engine, settings in profiles.items():
        place = folder / f"writes-{engine}"
        for workers in ("1", "2"):
            with kinoteka(place, core=None, KINOTEKA_WORKERS=workers, **settings) as server:
                script, headers = _message_script(server, folder)
                run: Run = {
                    "url": server.url,
                    "connections": 32,
                    "core": None,
                    "script": script,
                    "headers": headers,
                }
                loads = interleaved({"messages": run}, rounds=3)
                show(f"messages a second, {engine}, {workers}", 0, loads["messages"].rate, 0, "")


def _message_script(server: Process, folder: Path) -> tuple[str, dict[str, str]]:
    """Return the wrk script that posts messages to fifty chats, and the author's cookie."""
    names = [f"w{server.process.pid}x{number}" for number in range(51)]
    cookies = []
    for name in names:
        body = {"login": name, "password": PASSWORD, "email": f"{name}@example.com"}
        cookies.append({"Cookie": f"session_id={post(server, '/signup', body)[1]}"})
    headers = cookies[0]
    others = [_asked(server, "/users", None, cookie)["id"] for cookie in cookies[1:]]
    chats = [_asked(server, "/chats", {"user_id": other}, headers)["id"] for other in others]
    script = folder / "messages.lua"
    script.write_text(
        f"chats = {{{','.join(map(str, chats))}}}\n"
        "function request()\n"
        "  local chat = chats[math.random(#chats)]\n"
        '  local body = \'{"text": "as long as messages are"}\'\n'
        '  return wrk.format("POST", "/chats/" .. chat .. "/messages", nil, body)\n'
        "end\n"
    )
    return str(script), headers


def _asked(
    server: Process, path: str, body: Mapping[str, object] | None, headers: dict[str, str]
) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers)) as opened:
        return dict(json.loads(opened.read()))


def measure_postgresql(server: PostgreSQLServer, url: str, show: Callable[..., None]) -> None:
    """Measure PostgreSQL alone with pgbench on the same two cores."""
    name = url.rpartition("/")[2]
    with psycopg.connect(url) as connection:
        connection.execute(CHATS)
    for what, script in (("pages of films", PAGE_OF_FILMS), ("messages", MESSAGE)):
        path = server.folder / "script.sql"
        path.write_text(script)
        command = [str(PROGRAMS / "pgbench"), "-h", "127.0.0.1", "-p", str(server.port), "-U"]
        command += ["kinoteka", "-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", "10"]
        done = subprocess.run(
            [*command, "-f", path, name], capture_output=True, text=True, check=True, user=USER
        )
        rate = float(done.stdout.rpartition("tps = ")[2].split(" ")[0])
        show(f"{what} a second of PostgreSQL alone", 0, rate, 0, "")


def main() -> None:
    """Run the measurements that were named."""
    wanted = sys.argv[1:] or NAMES

    def show(what: str, reference: float, measured: float, ratio: float, target: str) -> None:
        beside = f"{reference:,.0f} → " if reference else ""
        print(f"{what}: {beside}{measured:,.2f} {f'({ratio:.2f})' if ratio else ''} {target}")

    with tempfile.TemporaryDirectory() as name, postgresql_server() as server, redis() as bus:
        folder = Path(name)
        url = server.new_database()
        settings = Settings(data=folder / "grown", database_url=url, demo=False)
        grown = {"KINOTEKA_DATABASE_URL": url, "KINOTEKA_REDIS_URL": bus, "KINOTEKA_DEMO": "false"}
        migrate(settings)
        command = [sys.executable, "-m", "kinoteka.cli", "import", "imdb"]
        files = write_imdb(folder, FILMS)
        subprocess.run([*command, *files], env=os.environ | grown, check=True)
        if "workers" in wanted:
            measure_workers(settings.data, grown, show)
        if "pages" in wanted:
            asyncio.run(measure_pages(settings, show))
        if "writes" in wanted:
            measure_writes(folder, grown, show)
        if "postgresql" in wanted:
            measure_postgresql(server, url, show)


if __name__ == "__main__":
    main()
