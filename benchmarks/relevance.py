"""Searches for real films among made-up ones: which are found first, and the time of each search.

The films and queries are those of `tests/data/known_films`. A made-up film has at most 10,000
votes, fewer than every known one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.search import Titles
from kinoteka.database.film_search import IndexEntry, find, index, optimize
from kinoteka.database.interface import Reader
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import write_transaction
from tests.support.known_entries import FIRST, known_entries, measure, reading
from tests.support.known_films import KnownQuery, known_queries, sealed_queries

OFFSET = 10_000
"""The ids of made-up films follow those of the known ones."""
MAX_VOTES = 10_000
PEOPLE = ("person", "person and word")
LIMIT = 50
ROUNDS = 3


def run(folder: Path, films: int, show: Callable[..., None]) -> None:
    """Index the known films among this many made-up ones in SQLite, and run all queries."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data=folder)
    migrate(settings)
    with write_transaction(settings) as writer:
        index(writer, [*known_entries(), *_made_up(films)])
        optimize(writer)
    with reading(settings) as reader:
        for name, queries in (("visible", known_queries()), ("sealed", sealed_queries())):
            _run(name, queries, reader, show)


def _run(
    name: str, queries: Sequence[KnownQuery], reader: Reader, show: Callable[..., None]
) -> None:
    found = measure(lambda query: find(reader, query, None, LIMIT), queries)
    show(f"{name} queries: the right film is first", 0, found.first, 0, "≥ 0.95")
    show(f"{name} queries: it is among the first {FIRST}", 0, found.first_five, 0, "≥ 0.99")
    for query, place in found.misses:
        print(f"  {query}: {place or 'not found'}")
    for what, limit, chosen in (
        ("titles", 10, [each.query for each in queries if each.kind not in PEOPLE]),
        ("people", 20, [each.query for each in queries if each.kind in PEOPLE]),
    ):
        times = sorted(_seconds(reader, query) for query in chosen for _ in range(ROUNDS))
        p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
        label = f"{name} queries, {what}: median and 99th percentile, ms"
        show(label, p50, p99, p99 / limit, f"≤ 1.0 of {limit} ms")


def _made_up(count: int) -> Iterator[IndexEntry]:
    for entry in Titles().entries(count):
        yield msgspec.structs.replace(
            entry,
            film_id=entry.film_id + OFFSET,
            votes=min(entry.votes, MAX_VOTES),
            year=1900 + entry.film_id % 125,
        )


def _seconds(reader: Reader, query: str) -> float:
    began = time.thread_time()
    find(reader, query, None, LIMIT)
    return time.thread_time() - began
