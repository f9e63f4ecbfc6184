"""Kinoteka beside FastAPI, Litestar and Django REST framework: processor time per request.

    python -m benchmarks peers

The peers run in an environment of their own, which is created once. All servers run on one core,
one at a time has load, and the rounds alternate.
"""

import json
import os
import subprocess
import sys
import urllib.request
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import catalogue
from benchmarks.load import CONNECTIONS, wrk
from benchmarks.peers import database
from benchmarks.servers import SERVER_CORE, Process, free_port, kinoteka, pinned, started
from kinoteka.core.accounts.passwords import HASHER

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kinoteka-peers"
PEERS = {"FastAPI": "fastapi_peer", "Litestar": "litestar_peer", "Django REST": "django_peer"}
FILMS = 100_000
EMAIL, PASSWORD = "reader@example.com", "correct horse battery"
ROUNDS = 5
SECONDS = 2


@dataclass
class Server:
    """A running server, and what each kind of request cost it in each round, in µs."""

    process: Process
    token: str
    costs: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of request: a path, or a script of wrk that chooses the paths."""

    path: str = ""
    script: str = ""
    needs_token: bool = False
    connections: int = CONNECTIONS


KINDS = {
    "one page again and again": Kind("/movies/?page=1"),
    "random pages": Kind(script=str(HERE.parent / "random_pages.lua")),
    "random films": Kind(script=str(HERE.parent / "random_films.lua")),
    "the profile": Kind("/user/", needs_token=True),
    "a bookmark": Kind(script=str(HERE / "bookmarks.lua"), needs_token=True),
    "a sign-in": Kind("/auth/login", script=str(HERE / "sign_ins.lua"), connections=2),
}


def run(folder: Path, show: Callable[..., None]) -> None:
    """Measure all servers on the same films. The reference is each peer, the measured Kinoteka."""
    python = _environment()
    os.environ |= {"FILMS": str(FILMS), "PAGES": str(FILMS // 12)}
    os.environ |= {"EMAIL": EMAIL, "PASSWORD": PASSWORD}
    data = folder / "peers"
    catalogue.build(data, FILMS, None)
    with ExitStack() as stack:
        own = stack.enter_context(kinoteka(data))
        _post(own, "/auth/register", EMAIL)
        servers = {"Kinoteka": Server(own, _post(own, "/auth/login", EMAIL)["access_token"])}
        for name, module in PEERS.items():
            path = folder / f"{module}.sqlite3"
            database.create(path, data / "kinoteka.db", [(EMAIL, HASHER.hash(PASSWORD))])
            process = stack.enter_context(_peer(python, module, path))
            servers[name] = Server(process, _post(process, "/auth/login", EMAIL)["access_token"])
        for turn in range(-1, ROUNDS):
            os.environ["SEED"] = str(turn)
            _measure(servers, is_warm_up=turn < 0)
    own_costs = servers.pop("Kinoteka").costs
    for kind, costs in own_costs.items():
        for name, server in servers.items():
            peer, measured = median(server.costs[kind]), median(costs)
            show(f"{kind}, µs, beside {name}", peer, measured, measured / peer, "≤ 1.0")


def _measure(servers: dict[str, Server], *, is_warm_up: bool) -> None:
    for name, kind in KINDS.items():
        for server in servers.values():
            cost = _cost(server, kind)
            if not is_warm_up:
                server.costs.setdefault(name, []).append(cost)


def _cost(server: Server, kind: Kind) -> float:
    """Return the processor time per request in µs, of all threads of the server."""
    headers = {"Authorization": f"Bearer {server.token}"} if kind.needs_token else {}
    url = server.process.url + kind.path
    used = server.process.processor_seconds()
    script = kind.script or None
    load = wrk(url, seconds=SECONDS, headers=headers, script=script, connections=kind.connections)
    return (server.process.processor_seconds() - used) * 1e6 / load.requests


def _post(server: Process, path: str, email: str) -> dict[str, str]:
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(server.url + path, body, headers)
    with urllib.request.urlopen(request) as response:
        created: dict[str, str] = json.loads(response.read() or b"{}")
    return created


@contextmanager
def _peer(python: Path, module: str, path: Path) -> Iterator[Process]:
    port = free_port()
    command = [str(python), "-m", "uvicorn", f"benchmarks.peers.{module}:application"]
    command += ["--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "--log-level", "warning", "--lifespan", "off"]
    pinned_command = pinned(command, SERVER_CORE)
    environment = {"PEER_DATABASE": str(path), "PYTHONPATH": str(HERE.parents[1])}
    with started(pinned_command, port, "/movies/?page=1", **environment) as server:
        yield server


def _environment() -> Path:
    """Return the Python of the peers' environment, which is created unless it is up to date."""
    python, listed = CACHE / "bin" / "python", CACHE / "requirements.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if not listed.exists() or listed.read_text() != wanted:
        print(f"installing the peers in {CACHE}", file=sys.stderr)
        venv.create(CACHE, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "requirements.txt")]
        subprocess.run(install, check=True)
        listed.write_text(wanted)
    return python
