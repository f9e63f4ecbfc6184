"""Serving in several processes: the one that was started sets up workers and looks after them.

It binds the address once and never accepts a connection itself; every worker accepts from the same
queue of connections, so none is lost when a worker leaves. uvicorn's supervisor does the spawning,
the signals and the checks that workers are alive.
"""

import asyncio
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
"""A worker that does not answer its supervisor for so long is replaced."""
KILL_SECONDS = STOP_SECONDS + 1
"""A worker that has not stopped by then is killed."""
SUPERVISOR_STOP_SECONDS = KILL_SECONDS + 2
HUB_CLOSE_SECONDS = 2.0
RETRY_SECONDS = 2
POLLED_SECONDS = 0.05
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
"""Settings in which all workers must agree at every moment, so that a reload cannot change them."""


class WorkerServer(Server):
    """The server in one worker; stops when the supervisor says so, or is gone."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections."""
        supervisor = multiprocessing.parent_process()
        if supervisor is not None:
            loop = asyncio.get_running_loop()
            loop.add_reader(supervisor.sentinel, self._be_orphaned, supervisor.sentinel)
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; whether at once is for the supervisor to decide."""
        del sig, frame
        self.stop_deadline.start()
        self.should_exit = True

    def _be_orphaned(self, sentinel: int) -> None:
        asyncio.get_running_loop().remove_reader(sentinel)
        log.error("the process that started this worker is gone: stopping")
        self.should_exit = True


class Worker(Process):
    """One process that serves."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        super().__init__(configuration(settings, None), sockets)
        self._settings = settings

    def start(self) -> None:
        """Start the process, which Ctrl+C and the end of the terminal do not reach."""
        resource_tracker.ensure_running()  # by itself it would unblock the signals again
        kept = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGHUP))
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, kept)

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """What the process does."""
        from kinoteka.server.app import Application

        configure_logging(self._settings)
        use_one_heap()
        self.config.app = Application(self._settings)
        self._server = WorkerServer(
            cast(Configuration, self.config)
        )  # before another thread asks whether it serves
        super().target(sockets)

    def responses(self, within: float, is_off: Callable[[], object]) -> bool:
        """Whether the worker answers in time; nobody waits for that once `is_off`."""
        if not self.process.is_alive():
            return False
        deadline = time.monotonic() + within
        try:
            self.parent_conn.send(b"ping")
            while not is_off() and time.monotonic() < deadline:
                if self.parent_conn.poll(PING_POLL_SECONDS):
                    self.parent_conn.recv()
                    return True
        except (OSError, EOFError):
            pass
        return False


class Supervisor(Multiprocess):
    """Starts workers, replaces those that end, and obeys the operator's signals.

    `read` reads the settings anew. `has_failed` tells whether it stopped because a worker could
    not start.
    """

    def __init__(
        self, settings: Settings, read: Callable[[], Settings], sockets: list[socket.socket]
    ) -> None:
        super().__init__(configuration(settings, None), sockets)
        self.has_failed = False
        self._settings = settings
        self._read = read
        self._terminal = Terminal()
        self._retired: list[Process] = []
        self._times_told_to_stop = 0
        self._stop_deadline = StopDeadline(SUPERVISOR_STOP_SECONDS, self._kill_all)
        self._unstarted: set[Process] = set()
        self._next_attempt = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note_stop)

    def init_processes(self) -> None:
        """Start every worker, and tell the address once all of them serve."""
        workers = [self._started() for _ in range(self.processes_num)]
        self.processes.extend(workers)
        for worker in workers:
            if not self._serves(worker):
                self._give_up(worker)
                return
        announce(self.sockets, self._settings.data)

    def keep_subprocess_alive(self) -> None:
        """Replace every worker that has ended or does not answer."""
        for index, worker in enumerate(self.processes):
            is_well = cast(Worker, worker).responses(HUNG_SECONDS, lambda: self._times_told_to_stop)
            if is_well or self._times_told_to_stop:
                continue
            if worker not in self._unstarted:
                is_hung = worker.process.is_alive()
                self._discard(worker)
                event = "a worker did not answer, and was killed" if is_hung else "a worker died"
                log.error(event, worker=worker.pid, exit_code=worker.exitcode)
            elif time.monotonic() < self._next_attempt:
                continue
            self._unstarted.discard(worker)
            self._replace(index)

    def _replace(self, index: int) -> None:
        """Start another worker; where it cannot start (the database is away, say), soon again."""
        self.processes[index] = replacement = self._started()
        if self._serves(replacement):
            log.warning("it is replaced", worker=replacement.pid)
        elif not self._times_told_to_stop:
            self._discard(replacement)
            log.error("its replacement did not start, and is tried again", worker=replacement.pid)
            self._unstarted.add(replacement)
            self._next_attempt = time.monotonic() + RETRY_SECONDS

    def restart_all(self) -> None:
        """Replace every worker, one after the other; each serves until its replacement does."""
        for index, worker in enumerate(self.processes):
            replacement = self._started()
            if not self._serves(replacement):
                self._discard(replacement)
                if not self._times_told_to_stop:
                    log.error("a new worker did not start; the old ones go on")
                return
            self.processes[index] = replacement
            self._retire(worker)
        log.info("reloaded", workers=len(self.processes))

    def join_all(self) -> None:
        """Wait for every worker to finish what is under way."""
        self._stop_deadline.start()
        self._wait_for([*self.processes, *self._retired])

    def handle_hup(self) -> None:
        """Reload: new workers, with the settings as they are now."""
        if self._terminal.is_gone():
            self.should_exit.set()
            return
        try:
            self._settings = self._reread()
        except SettingsError as error:
            log.error("not reloaded: a setting cannot be used", reason=str(error))
            return
        configure_logging(self._settings)
        self.restart_all()

    def handle_ttin(self) -> None:
        """One worker more."""
        worker = self._started()
        if self._serves(worker):
            self.processes.append(worker)
        else:
            self._discard(worker)
            log.error("a new worker did not start; the old ones go on")

    def handle_ttou(self) -> None:
        """One worker fewer, unless it is the last."""
        if len(self.processes) > 1:
            self._retire(self.processes.pop())

    def _note_stop(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._stop_deadline.count_signal()
        self._times_told_to_stop += 1
        self.signal_queue.append(number)

    def _started(self) -> Worker:
        worker = Worker(of_one_worker(self._settings), self.sockets)
        worker.start()
        return worker

    def _serves(self, worker: Process) -> bool:
        """Wait until the worker serves; not so if it ends instead, or is told to."""
        deadline = time.monotonic() + STARTING_SECONDS
        while not self._times_told_to_stop and time.monotonic() < deadline:
            if not worker.process.is_alive():
                return False
            if worker.is_ready(timeout=1):
                return True
            time.sleep(POLLED_SECONDS)
        return False

    def _give_up(self, worker: Process) -> None:
        """Stop, because a worker that cannot start now could not the next time."""
        if not self._times_told_to_stop:
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
        """Wait until they have stopped; kills those that take too long."""
        deadline = time.monotonic() + KILL_SECONDS
        while alive := [worker for worker in workers if worker.process.is_alive()]:
            if self._times_told_to_stop > 1 or time.monotonic() > deadline:
                for worker in alive:
                    worker.kill()
            time.sleep(POLLED_SECONDS)

    def _reread(self) -> Settings:
        settings = self._read()
        kept = {name: getattr(self._settings, name) for name in FIXED}
        changed = [name for name in FIXED if getattr(settings, name) != kept[name]]
        if changed:
            log.warning("only a restart changes these settings", settings=",".join(changed))
        return msgspec.structs.replace(settings, **kept)


def of_one_worker(settings: Settings) -> Settings:
    """The settings for one of several workers: the cores are divided among them."""
    threads = settings.hashing_threads or max(1, (os.cpu_count() or 1) // settings.workers)
    return msgspec.structs.replace(settings, hashing_threads=threads)


@contextmanager
def hub(settings: Settings) -> Iterator[None]:
    """What passes messages on between the workers, in a thread; none where Redis does.

    Raises:
        OSError: its socket cannot be made in the data folder.
    """
    if settings.redis_url:
        yield
        return
    loop = asyncio.new_event_loop()
    passing_on = Hub(hub_path(settings))
    loop.run_until_complete(passing_on.start())
    thread = threading.Thread(target=loop.run_forever, name="hub", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(TimeoutError):
            closing = asyncio.run_coroutine_threadsafe(passing_on.close(), loop)
            closing.result(HUB_CLOSE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(HUB_CLOSE_SECONDS)
        if not thread.is_alive():
            loop.close()


def serve(settings: Settings, read: Callable[[], Settings]) -> int:
    """Serve in several processes until stopped; the exit code.

    Raises:
        CannotListen: the address or Unix socket cannot be used.
    """
    configure_logging(settings)
    with (
        listening_sockets(settings) as sockets,
        hub(settings),
        tempfile.TemporaryDirectory(prefix="kinoteka-") as folder,
    ):
        os.environ[METRICS_FOLDER] = folder  # of which every worker gets a copy
        supervisor = Supervisor(settings, read, sockets)
        supervisor.run()
    return 1 if supervisor.has_failed else 0
