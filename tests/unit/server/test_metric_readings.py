"""The table of metrics, what the page says of it, and what a process reads off itself."""

import os
import re
from pathlib import Path

from kinoteka.core.services import Services
from kinoteka.server.metric_readings import DURATIONS, METRICS, REQUESTS, read

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_metric_is_documented_as_it_is():
    for name, kind, labels, meaning in METRICS:
        assert f"| `{name}` | {kind} | {', '.join(labels)} | {meaning} |" in PAGE


def test_no_other_is():
    documented = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)
    assert documented == [row.name for row in METRICS]


def test_examples_name_metrics_that_there_are():
    names = {row.name for row in METRICS} | {f"{DURATIONS}_bucket"}
    assert set(re.findall(r"\bkinoteka_\w+", PAGE)) <= names


async def test_only_what_is_in_the_table_is_read_and_each_label_has_a_value(services: Services):
    labels = {row.name: row.labels for row in METRICS if row.name not in (REQUESTS, DURATIONS)}
    snapshot = read(services, 0.5)
    assert snapshot.pid == os.getpid()
    for reading in snapshot.readings:
        assert len(reading.labels) == len(labels[reading.name]), reading.name


async def test_what_each_engine_tells_is_there(services: Services):
    told = {reading.name for reading in read(services, 0).readings}
    assert {f"kinoteka_database_{name}" for name in services.database.stats()} <= told


async def test_passwords_under_way_are_seen(services: Services):
    def working() -> float:
        return next(
            reading.value
            for reading in read(services, 0).readings
            if reading.name == "kinoteka_threads_working" and reading.labels == ("passwords",)
        )

    seen = []
    hash_ = services.accounts.hashing.hash
    import asyncio

    task = asyncio.create_task(hash_("correct horse battery"))
    while not task.done():
        seen.append(working())
        await asyncio.sleep(0)
    assert (max(seen), working()) == (1, 0)
