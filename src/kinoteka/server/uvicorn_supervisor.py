"""The supervisor of several workers: uvicorn's, with what neither it nor gunicorn provides.

uvicorn's classes start the processes, check them over a pipe and dispatch signals. This module adds
what docs/decisions/own-supervisor.md lists. Only this module uses internals of these classes: the
methods that it overrides or calls and the attributes `process`, `processes`, `processes_num`,
`sockets`, `config`, `should_exit` and `signal_queue`; and multiprocessing's `resource_tracker`.
It was written for the version in `CHECKED`.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing import resource_tracker
from types import FrameType
from typing import cast

import msgspec
import structlog
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from kinoteka.infrastructure.logging import configure_logging
from kinoteka.infrastructure.settings import Settings, SettingsError
from kinoteka.server.listen_sockets import announce
from kinoteka.server.process import Server, Terminal, configuration
from kinoteka.server.stop_deadline import STOP_SECONDS, StopDeadline
from kinoteka.server.uvicorn_protocols import CHECKED, Configuration

__all__ = ["CHECKED", "Supervisor", "worker_settings"]

log = structlog.get_logger()

STARTING_SECONDS = 120
HUNG_SECONDS = 30
"""A worker that does not answer the supervisor for this long is replaced."""
PING_SECONDS = 1.0
KILL_SECONDS = STOP_SECONDS + 1
"""A worker that has not stopped by then is killed."""
SUPERVISOR_STOP_SECONDS = KILL_SECONDS + 2
RETRY_SECONDS = 2
POLL_SECONDS = 0.05

FIXED = (
    "data",
    "database_url",
    "redis_url",
    "files_url",
    "files_endpoint",
    "host",
    "port",
    "unix_socket",
    "unix_socket_mode",
    "workers",
    "secret_key",
    "signing_key",
)
"""Settings that must be the same in all workers, so that a reload cannot change them."""


class WorkerServer(Server):
    """The server in one worker. It stops when the supervisor says so or has stopped."""

    _loop: asyncio.AbstractEventLoop | None = None

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `wait_for_loop` wait for this loop."""
        self._loop = loop

    def wait_for_loop(self) -> None:
        """Wait in another thread until the event loop, if it runs, has had a turn."""
        loop, turn = self._loop, threading.Event()
        if loop is not None:
            loop.call_soon_threadsafe(turn.set)
            turn.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections."""
        loop = asyncio.get_running_loop()
        self.follow(loop)
        supervisor = multiprocessing.parent_process()
        if supervisor is not None:
            loop.add_reader(supervisor.sentinel, self._stop_without_supervisor, supervisor.sentinel)
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; the supervisor decides whether at once."""
        del sig, frame
        self.stop_deadline.start()
        self.should_exit = True

    def _stop_without_supervisor(self, sentinel: int) -> None:
        asyncio.get_running_loop().remove_reader(sentinel)
        log.error("the supervisor of this worker has stopped, so the worker stops")
        self.should_exit = True


class Worker(Process):
    """One worker process."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        super().__init__(configuration(settings, None), sockets)
        self._settings = settings

    def start(self) -> None:
        """Start the process with SIGINT and SIGHUP blocked, because the supervisor handles them."""
        resource_tracker.ensure_running()  # started later, it would unblock the signals
        previous = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGHUP))
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, previous)

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Run the server in the new process."""
        gc.disable()  # until the server listens: a start leaves few reference cycles
        from kinoteka.server.app import Application

        configure_logging(self._settings)
        self.config.app = Application(self._settings)
        self._server = WorkerServer(cast(Configuration, self.config))
        super().target(sockets)

    def pong(self) -> None:
        """Answer a ping. A worker whose event loop is blocked does not answer: it hangs."""
        self.child_conn.recv()
        cast(WorkerServer, self.server).wait_for_loop()
        self.child_conn.send(self.server.started)


class Supervisor(Multiprocess):
    """Starts workers, replaces those that end, and handles the operator's signals.

    `load_settings` reads the settings again for a reload. `has_failed` is set if the server
    stopped because a worker could not start.
    """

    def __init__(
        self,
        settings: Settings,
        load_settings: Callable[[], Settings],
        sockets: list[socket.socket],
    ) -> None:
        super().__init__(configuration(settings, None), sockets)
        self.has_failed = False
        self._settings = settings
        self._load_settings = load_settings
        self._terminal = Terminal()
        self._retired: list[Process] = []
        self._stop_signals = 0
        self._is_stopping = threading.Event()
        self._stop_deadline = StopDeadline(SUPERVISOR_STOP_SECONDS, self._kill_all)
        self._unstarted: set[Process] = set()
        self._next_attempt = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._count_stop_signal)

    def init_processes(self) -> None:
        """Start every worker, and print the addresses when all of them serve."""
        workers = [self._start_worker() for _ in range(self.processes_num)]
        self.processes.extend(workers)
        for worker in workers:
            if not self._wait_until_ready(worker):
                self._give_up(worker)
                return
        announce(self.sockets, self._settings.data)

    def keep_subprocess_alive(self) -> None:
        """Replace every worker that has stopped or hangs."""
        for index, worker in enumerate(self.processes):
            if self._responds(worker) or self._stop_signals:
                continue
            if worker not in self._unstarted:
                is_hung = worker.process.is_alive()
                self._discard(worker)
                event = "a worker hung and was killed" if is_hung else "a worker ended unexpectedly"
                log.error(event, worker=worker.pid, exit_code=worker.exitcode)
            elif time.monotonic() < self._next_attempt:
                continue
            self._unstarted.discard(worker)
            self._replace(index)

    def _replace(self, index: int) -> None:
        """Start another worker. If it cannot start (no database, for example), retry soon."""
        self.processes[index] = replacement = self._start_worker()
        if self._wait_until_ready(replacement):
            log.warning("the worker was replaced", worker=replacement.pid)
        elif not self._stop_signals:
            self._discard(replacement)
            log.error("the replacement did not start; retrying", worker=replacement.pid)
            self._unstarted.add(replacement)
            self._next_attempt = time.monotonic() + RETRY_SECONDS

    def restart_all(self) -> None:
        """Replace every worker in turn. Each serves until its replacement does."""
        for index, worker in enumerate(self.processes):
            replacement = self._start_worker()
            if not self._wait_until_ready(replacement):
                self._discard(replacement)
                if not self._stop_signals:
                    log.error("a new worker did not start; the existing workers continue")
                return
            self.processes[index] = replacement
            self._retire(worker)
        log.info("reloaded", workers=len(self.processes))

    def join_all(self) -> None:
        """Wait for every worker to finish its requests."""
        self._stop_deadline.start()
        self._wait_for([*self.processes, *self._retired])

    def handle_hup(self) -> None:
        """Reload: replace the workers with new ones that have the current settings."""
        if self._terminal.is_closed():
            self.should_exit.set()
            return
        try:
            self._settings = self._reload_settings()
        except SettingsError as error:
            log.error("not reloaded: a setting is invalid", reason=str(error))
            return
        configure_logging(self._settings)
        self.restart_all()

    def handle_ttin(self) -> None:
        """Add a worker."""
        worker = self._start_worker()
        if self._wait_until_ready(worker):
            self.processes.append(worker)
        else:
            self._discard(worker)
            log.error("a new worker did not start; the existing workers continue")

    def handle_ttou(self) -> None:
        """Remove a worker, unless it is the last."""
        if len(self.processes) > 1:
            self._retire(self.processes.pop())

    def _count_stop_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._stop_deadline.count_signal()
        self._stop_signals += 1
        if self._stop_signals == 1:  # `set` takes a lock, which a second signal would wait for
            self._is_stopping.set()
        self.signal_queue.append(number)

    def _start_worker(self) -> Worker:
        worker = Worker(worker_settings(self._settings), self.sockets)
        worker.start()
        return worker

    def _wait_until_ready(self, worker: Process) -> bool:
        """Wait until the worker serves. Return False if it ends, or the server stops, first."""
        return worker.wait_until_ready(STARTING_SECONDS, self._is_stopping)

    def _responds(self, worker: Process) -> bool:
        """Return whether the worker responds before it counts as hung or the server stops."""
        deadline = time.monotonic() + HUNG_SECONDS
        while worker.process.is_alive() and not self._stop_signals and time.monotonic() < deadline:
            if worker.ping(PING_SECONDS):
                return True
        return False

    def _give_up(self, worker: Process) -> None:
        """Stop the server, because the next attempt would fail, too."""
        if not self._stop_signals:
            log.error("a worker did not start: stopping", worker=worker.pid)
            self.has_failed = True
        self.should_exit.set()

    def _kill_all(self) -> None:
        for worker in (*self.processes, *self._retired):
            worker.process.kill()

    def _discard(self, worker: Process) -> None:
        worker.kill()
        worker.join()

    def _retire(self, worker: Process) -> None:
        worker.terminate()
        self._retired = [worker]
        self._wait_for(self._retired)

    def _wait_for(self, workers: Iterable[Process]) -> None:
        """Wait until these workers have stopped. Kill those that take too long."""
        deadline = time.monotonic() + KILL_SECONDS
        while alive := [worker for worker in workers if worker.process.is_alive()]:
            if self._stop_signals > 1 or time.monotonic() > deadline:
                for worker in alive:
                    worker.kill()
            time.sleep(POLL_SECONDS)

    def _reload_settings(self) -> Settings:
        settings = self._load_settings()
        fixed = {name: getattr(self._settings, name) for name in FIXED}
        changed = [name for name in FIXED if getattr(settings, name) != fixed[name]]
        if changed:
            log.warning("these settings change only with a restart", settings=",".join(changed))
        return msgspec.structs.replace(settings, **fixed)


def worker_settings(settings: Settings) -> Settings:
    """Return the settings of one of several workers, which share the cores."""
    threads = settings.hashing_threads or max(1, (os.cpu_count() or 1) // settings.workers)
    return msgspec.structs.replace(settings, hashing_threads=threads)
