"""Reads over HTTP from one worker, as ratios of a bare response of the same size."""

import json
import os
import urllib.request
from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import interleaved, wrk
from benchmarks.servers import Process, bare, kinoteka

HERE = Path(__file__).parent
PASSWORD = "correct horse battery"
TARGETS = {
    "a page of films": 0.6,
    "one film": 0.6,
    "GET /user/profile, cookie": 0.5,
    "GET /user/, token": 0.5,
}


RANDOM_FILMS = 100_000
ROUNDS = 5
PROCESSOR_TARGETS = {"random_pages.lua": "≤ 220", "random_films.lua": "≤ 95"}


def post(server: Process, path: str, body: Mapping[str, object]) -> tuple[dict[str, Any], str]:
    """Send a JSON body and return the response's JSON and session cookie."""
    request = urllib.request.Request(server.url + path, json.dumps(body).encode())
    with urllib.request.urlopen(request) as response:
        cookie = SimpleCookie(response.headers.get("set-cookie", ""))
        token = cookie["session_id"].value if "session_id" in cookie else ""
        return json.loads(response.read()), token


def size_of(url: str, headers: dict[str, str]) -> int:
    """Return the size of the response in bytes."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        return len(response.read())


def run(data: Path, show: Callable[..., None]) -> None:
    """Measure the catalogue in `data`."""
    with kinoteka(data) as server:
        email = f"reader-{server.process.pid}@example.com"
        _, cookie = post(server, "/user/signup", {"email": email, "password": PASSWORD})
        tokens, _ = post(server, "/auth/login", {"email": email, "password": PASSWORD})
        addresses = {
            "a page of films": ("/movies/?page=1", {}),
            "one film": ("/movies/7/", {}),
            "GET /user/profile, cookie": ("/user/profile", {"Cookie": f"session_id={cookie}"}),
            "GET /user/, token": (
                "/user/",
                {"Authorization": f"Bearer {tokens['access_token']}"},
            ),
        }
        for name, (path, headers) in addresses.items():
            url = server.url + path
            with bare(size_of(url, headers)) as reference:
                loads = interleaved(
                    {
                        "bare": {"url": reference.url + "/", "headers": headers},
                        "kinoteka": {"url": url, "headers": headers},
                    }
                )
            ratio = loads["kinoteka"].rate / loads["bare"].rate
            show(name, loads["bare"].rate, loads["kinoteka"].rate, ratio, f"≥ {TARGETS[name]}")


def run_depth(data: Path, films: int, show: Callable[..., None]) -> None:
    """Compare the last pages with the first, cached and not cached."""
    last = films // 12
    with kinoteka(data) as server:
        loads = interleaved(
            {
                "first": {"url": server.url + "/movies/?page=1"},
                "last": {"url": f"{server.url}/movies/?page={last}"},
                "newest first": {"url": server.url + "/movies/?page=1&status=new"},
                "newest last": {"url": f"{server.url}/movies/?page={last}&status=new"},
                "any page": {"url": server.url, "script": str(HERE / "random_pages.lua")},
                "any film": {"url": server.url, "script": str(HERE / "random_films.lua")},
            }
        )
        first = loads["first"].rate
        for name, load in loads.items():
            target = "≥ 0.83" if "last" in name else ""
            show(f"{name} of {films:,}", first, load.rate, load.rate / first, target)
        show("resident memory after it, MB", 0, server.resident_megabytes(), 0, "")


def run_random(data: Path, show: Callable[..., None]) -> None:
    """Measure the processor time of random pages and films, each on a new server."""
    os.environ |= {"FILMS": str(RANDOM_FILMS), "PAGES": str(RANDOM_FILMS // 12)}
    times: dict[str, list[float]] = {script: [] for script in PROCESSOR_TARGETS}
    for seed in range(ROUNDS):
        os.environ["SEED"] = str(seed)
        for script, seen in times.items():
            seen.append(_processor_microseconds(data, script))
    del os.environ["FILMS"], os.environ["PAGES"], os.environ["SEED"]
    for script, seen in times.items():
        what = f"processor time of {script} on {RANDOM_FILMS:,} films, µs"
        show(what, 0, median(seen), 0, PROCESSOR_TARGETS[script])


def _processor_microseconds(data: Path, script: str) -> float:
    with kinoteka(data) as server:
        wrk(server.url + "/movies/?page=1", seconds=1)  # warm-up
        before = server.processor_seconds()
        load = wrk(server.url, script=str(HERE / script))
        return (server.processor_seconds() - before) / load.requests * 1e6
