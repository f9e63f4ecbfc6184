"""Sign-ins compared with the raw rate of argon2, and their effect on reads."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import httpx

from benchmarks.load import Load, wrk
from benchmarks.servers import kinoteka
from kinoteka.core.accounts.passwords import HASHER

SCRIPT = str(Path(__file__).with_name("sign_in.lua"))
PASSWORD = "correct horse battery"
SECONDS = 5
ROUNDS = 3


def raw_rate(threads: int) -> float:
    """Return how many hashes the server's library verifies per second on so many threads."""
    hashed = HASHER.hash(PASSWORD)
    until = time.perf_counter() + SECONDS

    def work() -> int:
        done = 0
        while time.perf_counter() < until:
            HASHER.verify(PASSWORD, hashed)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        counts = list(pool.map(lambda _: work(), range(threads)))
    return sum(counts) / SECONDS


def sign_in(url: str) -> Load:
    """Sign in over HTTP with eight connections."""
    return wrk(url + "/login", seconds=SECONDS, script=SCRIPT, connections=8, core=None)


def run(data: Path, show: Callable[..., None]) -> None:
    """Measure a server that may use every core."""
    with kinoteka(data, core=None) as server:
        _make_members(server.url, [f"member-{server.process.pid}-{n}" for n in range(8)])
        raw, over_http = [], []
        for _ in range(ROUNDS):
            raw.append(raw_rate(os.cpu_count() or 1))
            over_http.append(sign_in(server.url).rate)
        rate = median(over_http)
        show("sign-in against raw argon2", median(raw), rate, rate / median(raw), "≥ 0.9")
        _run_beside_reads(server.url, show)


def _make_members(url: str, logins: list[str]) -> None:
    with httpx.Client(base_url=url, timeout=30) as client:
        for login in logins:
            body = {"login": login, "password": PASSWORD, "email": f"{login}@example.com"}
            client.post("/signup", json=body).raise_for_status()
            client.cookies.clear()
    os.environ |= {"LOGINS": " ".join(logins), "PASSWORD": PASSWORD}


def _run_beside_reads(url: str, show: Callable[..., None]) -> None:
    page = url + "/movies/?page=1"
    idle, beside, signed_in = [], [], []
    for _ in range(ROUNDS):
        idle.append(_reads(page).p99)
        with ThreadPoolExecutor(1) as pool:
            signing_in = pool.submit(sign_in, url)
            beside.append(_reads(page).p99)
            signed_in.append(signing_in.result().rate)
    slow, fast = median(beside), median(idle)
    show("reads' 99th percentile (ms) beside sign-ins", fast, slow, slow / fast, "≤ 3")
    show("sign-ins a second beside reads", 0, median(signed_in), 0, "")


def _reads(page: str) -> Load:
    return wrk(page, seconds=SECONDS, connections=2, core=None)
