"""The parts of the supervisor; `test_workers.py` and `test_workers_reload.py` run it."""

import asyncio
import os
import threading

import pytest

from kinoteka.infrastructure.settings import Settings
from kinoteka.server.process import Server, SingleServer, configuration
from kinoteka.server.uvicorn_supervisor import Supervisor, Worker, WorkerServer, worker_settings
from tests.support.polling import TIMEOUT


@pytest.mark.parametrize(
    ("cores", "workers", "given", "each"),
    [(8, 2, 0, 4), (8, 3, 0, 2), (2, 4, 0, 1), (8, 2, 3, 3)],
)
def test_workers_share_the_cores_for_hashing(monkeypatch, cores, workers, given, each):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    settings = Settings(workers=workers, hashing_threads=given)
    assert worker_settings(settings).hashing_threads == each


async def test_blocked_event_loop_does_not_answer_the_supervisor(tmp_path):
    server = WorkerServer(configuration(Settings(data=tmp_path), None))
    server.follow(asyncio.get_running_loop())
    waiting = threading.Thread(target=server.wait_for_loop)
    waiting.start()
    waiting.join(0.05)  # which blocks the loop
    assert waiting.is_alive()
    await asyncio.to_thread(waiting.join, TIMEOUT)
    assert not waiting.is_alive()


def test_starting_worker_answers_before_its_event_loop_runs(tmp_path):
    WorkerServer(configuration(Settings(data=tmp_path), None)).wait_for_loop()


@pytest.mark.parametrize("ours", [Supervisor, Worker, WorkerServer, Server, SingleServer])
def test_uvicorn_still_has_the_methods_that_are_overridden(ours):
    own = {"wait_for_loop", "follow"}
    (theirs, *_) = [each for each in ours.__mro__ if each.__module__.startswith("uvicorn.")]
    methods = {name for name in vars(ours) if not name.startswith("_")} - own
    assert methods - set(dir(theirs)) == set()
