"""Serve in several processes: a supervisor starts workers and replaces those that end.

The supervisor binds the address once and accepts no connections itself. Every worker accepts from
the same queue of connections, so none is lost when a worker stops. uvicorn's supervisor spawns the
processes, handles signals and checks that workers are alive.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from types import FrameType
from typing import cast

import msgspec
import structlog
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from kinoteka.infrastructure.logging import configure_logging
from kinoteka.infrastructure.memory import use_one_heap
from kinoteka.infrastructure.settings import METRICS_FOLDER, Settings, SettingsError
from kinoteka.realtime.bus import hub_path
from kinoteka.realtime.local_hub import Hub
from kinoteka.server.listen_sockets import announce, listening_sockets
from kinoteka.server.process import Server, Terminal, configuration
from kinoteka.server.stop_deadline import STOP_SECONDS, StopDeadline
from kinoteka.server.uvicorn_protocols import Configuration

log = structlog.get_logger()

STARTING_SECONDS = 120
HUNG_SECONDS = 30
"""A worker that does not answer the supervisor for this long is replaced."""
KILL_SECONDS = STOP_SECONDS + 1
"""A worker that has not stopped by then is killed."""
SUPERVISOR_STOP_SECONDS = KILL_SECONDS + 2
HUB_CLOSE_SECONDS = 2.0
RETRY_SECONDS = 2
POLL_SECONDS = 0.05
PING_POLL_SECONDS = 0.5

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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections."""
        supervisor = multiprocessing.parent_process()
        if supervisor is not None:
            loop = asyncio.get_running_loop()
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
        use_one_heap()
        self.config.app = Application(self._settings)
        self._server = WorkerServer(cast(Configuration, self.config))
        super().target(sockets)

    def responds(self, within: float, is_cancelled: Callable[[], object]) -> bool:
        """Return whether the worker answers a ping within this time, or False if cancelled."""
        if not self.process.is_alive():
            return False
        deadline = time.monotonic() + within
        try:
            self.parent_conn.send(b"ping")
            while not is_cancelled() and time.monotonic() < deadline:
                if self.parent_conn.poll(PING_POLL_SECONDS):
                    self.parent_conn.recv()
                    return True
        except (OSError, EOFError):
            pass
        return False


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
            if not self._wait_until_serving(worker):
                self._give_up(worker)
                return
        announce(self.sockets, self._settings.data)

    def keep_subprocess_alive(self) -> None:
        """Replace every worker that has stopped or hangs."""
        for index, worker in enumerate(self.processes):
            is_well = cast(Worker, worker).responds(HUNG_SECONDS, lambda: self._stop_signals)
            if is_well or self._stop_signals:
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
        if self._wait_until_serving(replacement):
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
            if not self._wait_until_serving(replacement):
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
        if self._wait_until_serving(worker):
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
        self.signal_queue.append(number)

    def _start_worker(self) -> Worker:
        worker = Worker(worker_settings(self._settings), self.sockets)
        worker.start()
        return worker

    def _wait_until_serving(self, worker: Process) -> bool:
        """Wait until the worker serves. Return False if it ends, or the server stops, first."""
        deadline = time.monotonic() + STARTING_SECONDS
        while not self._stop_signals and time.monotonic() < deadline:
            if not worker.process.is_alive():
                return False
            if worker.is_ready(timeout=1):
                return True
            time.sleep(POLL_SECONDS)
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


@contextmanager
def run_hub(settings: Settings) -> Iterator[None]:
    """Run the hub that connects the workers in a thread, unless Redis connects them.

    Raises:
        OSError: its socket cannot be created in the data folder.
    """
    if settings.redis_url:
        yield
        return
    loop = asyncio.new_event_loop()
    server = Hub(hub_path(settings))
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever, name="hub", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(TimeoutError):
            closing = asyncio.run_coroutine_threadsafe(server.close(), loop)
            closing.result(HUB_CLOSE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(HUB_CLOSE_SECONDS)
        if not thread.is_alive():
            loop.close()


def serve(settings: Settings, load_settings: Callable[[], Settings]) -> int:
    """Serve in several processes until stopped. Return the exit code.

    Raises:
        CannotListen: the address or Unix socket cannot be used.
    """
    configure_logging(settings)
    with (
        listening_sockets(settings) as sockets,
        run_hub(settings),
        tempfile.TemporaryDirectory(prefix="kinoteka-") as folder,
    ):
        os.environ[METRICS_FOLDER] = folder  # which every worker inherits
        supervisor = Supervisor(settings, load_settings, sockets)
        supervisor.run()
    return 1 if supervisor.has_failed else 0
