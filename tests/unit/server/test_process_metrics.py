"""The table of metrics, its documentation, and the values of a process."""

import asyncio
import os
import re
from pathlib import Path

from kinoteka.core.services import Services
from kinoteka.server.process_metrics import DURATIONS, METRICS, REQUESTS, take_snapshot

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_metric_is_documented_as_in_the_table():
    for name, kind, labels, description in METRICS:
        assert f"| `{name}` | {kind} | {', '.join(labels)} | {description} |" in PAGE


def test_no_unknown_metric_is_documented():
    kinds = "|".join({row.kind for row in METRICS})
    documented = re.findall(rf"^\| `(\w+)` \| (?:{kinds}) \|", PAGE, flags=re.MULTILINE)
    assert documented == [row.name for row in METRICS]


def test_examples_use_only_existing_metrics():
    names = {row.name for row in METRICS} | {f"{DURATIONS}_bucket"}
    assert set(re.findall(r"\bkinoteka_\w+", PAGE)) <= names


async def test_every_sample_is_in_the_table_and_has_all_labels(services: Services):
    labels = {row.name: row.labels for row in METRICS if row.name not in (REQUESTS, DURATIONS)}
    snapshot = take_snapshot(services, 0.5)
    assert snapshot.pid == os.getpid()
    for sample in snapshot.samples:
        assert len(sample.labels) == len(labels[sample.name]), sample.name


async def test_snapshot_has_the_statistics_of_each_engine(services: Services):
    names = {sample.name for sample in take_snapshot(services, 0).samples}
    assert {f"kinoteka_database_{name}" for name in services.database.stats()} <= names


async def test_running_password_hash_is_counted(services: Services):
    def working() -> float:
        return next(
            sample.value
            for sample in take_snapshot(services, 0).samples
            if sample.name == "kinoteka_threads_working" and sample.labels == ("passwords",)
        )

    counts = []
    hash_ = services.accounts.hashing.hash
    task = asyncio.create_task(hash_("correct horse battery"))
    while not task.done():
        counts.append(working())
        await asyncio.sleep(0)
    assert (max(counts), working()) == (1, 0)
