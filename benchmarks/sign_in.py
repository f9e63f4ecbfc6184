"""Sign-in against the raw rate of argon2, and what it does to reads meanwhile."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import argon2
import httpx

from benchmarks.load import wrk
from benchmarks.servers import kinoteka

PASSWORD = "correct horse battery"
SECONDS = 6


def raw_rate(threads: int) -> float:
    """Checks a second of argon2id with the server's parameters, all cores taken."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    hashed = hasher.hash(PASSWORD)
    until = time.perf_counter() + SECONDS

    def work() -> int:
        done = 0
        while time.perf_counter() < until:
            hasher.verify(hashed, PASSWORD)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        counts = list(pool.map(lambda _: work(), range(threads)))
    return sum(counts) / SECONDS


async def sign_in_rate(url: str, logins: list[str], at_once: int) -> float:
    """Sign-ins a second over HTTP with so many under way at once."""
    until = time.perf_counter() + SECONDS
    done = 0

    async def work(number: int) -> None:
        nonlocal done
        body = {"login": logins[number % len(logins)], "password": PASSWORD}
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            while time.perf_counter() < until:
                answer = await client.post("/login", json=body)
                client.cookies.clear()
                if answer.status_code != 200:
                    raise RuntimeError(answer.text)
                done += 1

    await asyncio.gather(*(work(number) for number in range(at_once)))
    return done / SECONDS


def run(data: Path, show: Callable[..., None]) -> None:
    """Measure on a server that has every core."""
    threads = os.cpu_count() or 1
    with kinoteka(data, core=None) as server:
        logins = [f"member-{server.process.pid}-{n}" for n in range(8)]
        with httpx.Client(base_url=server.url, timeout=30) as client:
            for login in logins:
                body = {"login": login, "password": PASSWORD, "email": f"{login}@example.com"}
                client.post("/signup", json=body).raise_for_status()
                client.cookies.clear()
        raw = raw_rate(threads)
        rate = asyncio.run(sign_in_rate(server.url, logins, 8))
        raw = (raw + raw_rate(threads)) / 2
        show("sign-in against raw argon2", raw, rate, rate / raw, "≥ 0.9")
        _run_beside_reads(server.url, logins, show)


def _run_beside_reads(url: str, logins: list[str], show: Callable[..., None]) -> None:
    page = url + "/movies/?page=1"
    idle = wrk(page, seconds=SECONDS, connections=4)
    with ThreadPoolExecutor(1) as pool:
        signing_in = pool.submit(lambda: asyncio.run(sign_in_rate(url, logins, 8)))
        beside = wrk(page, seconds=SECONDS, connections=4)
        rate = signing_in.result()
    show(
        "reads' 99th percentile (ms) beside sign-ins",
        idle.p99,
        beside.p99,
        beside.p99 / idle.p99,
        "≤ 3",
    )
    show("sign-ins a second beside reads", rate, rate, 1, "")
