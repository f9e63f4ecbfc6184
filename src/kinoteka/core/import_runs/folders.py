"""The folder of an import: what was sent, how far it is, what came of it.

A lock on a file in it tells whether anybody is at work there: the server while files come in, then
the import's own process, which inherits it. It goes with the process, however that ends.

Public operations: RunFolders, RunFolder.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

import msgspec

from kinoteka.core.import_runs.model import Outcome, RunProgress

T = TypeVar("T")

FOLDER = "imports"
NEW, UPLOADING = "new-", "uploading-"


class StopRequest(msgspec.Struct, frozen=True):
    """Who has ended an import: an account, or (None) the server, which stops."""

    account_id: int | None
    address: str = ""


class RunFolder:
    """One import's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = path / "files"
        self.report = path / "report.jsonl"

    def move_to(self, path: Path) -> "RunFolder":
        """The folder at another path."""
        self.path.rename(path)
        return RunFolder(path)

    def exists(self) -> bool:
        """Whether it is here."""
        return self.path.is_dir()

    def lock(self) -> int | None:
        """The descriptor of the lock, to be closed or inherited; None: another has it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def is_in_use(self) -> bool:
        """Whether anybody is at work in it."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two who look at once do not take each other for somebody at work.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def progress(self) -> RunProgress:
        """How far the import is."""
        return self._read("progress.json", RunProgress) or RunProgress()

    def write_progress(self, progress: RunProgress) -> None:
        """Tell how far the import is; a disk that is full is no reason to stop."""
        with suppress(OSError):
            self._write("progress.json", progress)

    def outcome(self) -> Outcome | None:
        """What has come of it, once that is known."""
        return self._read("outcome.json", Outcome)

    def write_outcome(self, outcome: Outcome) -> None:
        """Tell what has come of it."""
        self._write("outcome.json", outcome)

    def stop_request(self) -> StopRequest | None:
        """Who has ended it, if anybody has."""
        return self._read("ending.json", StopRequest)

    def write_stop_request(self, stop_request: StopRequest) -> None:
        """Note who ends it, before they do."""
        self._write("ending.json", stop_request)

    def process_id(self) -> int | None:
        """The process that is at work."""
        return self._read("process.json", int)

    def write_process_id(self, process_id: int) -> None:
        """Note which process is at work."""
        self._write("process.json", process_id)

    def remove_files(self) -> None:
        """Let go of what was sent."""
        shutil.rmtree(self.files, ignore_errors=True)

    def remove(self) -> None:
        """Let go of everything."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _write(self, name: str, value: object) -> None:
        new = self.path / f"{name}.new"
        new.write_bytes(msgspec.json.encode(value))
        new.replace(self.path / name)


class RunFolders:
    """The folders of all imports of this machine."""

    def __init__(self, data: Path) -> None:
        self._root = data / FOLDER

    def new(self) -> tuple[RunFolder, int]:
        """A folder for what is about to be sent, with its lock's descriptor."""
        name = token_hex(8)
        folder = RunFolder(self._root / f"{NEW}{name}")
        folder.files.mkdir(parents=True)
        descriptor = folder.lock()
        if descriptor is None:
            raise FileExistsError(folder.path)
        # Only now to be seen by who looks for what was left behind.
        return folder.move_to(self._root / f"{UPLOADING}{name}"), descriptor

    def folder(self, run_id: int) -> RunFolder:
        """The folder of an import, which need not be here."""
        return RunFolder(self._root / str(run_id))

    def assign(self, folder: RunFolder, run_id: int) -> RunFolder:
        """Make a new folder that of an import."""
        assigned = self.folder(run_id)
        assigned.remove()  # of an import whose row has never come
        return folder.move_to(assigned.path)

    def abandoned(self) -> Iterator[RunFolder]:
        """Folders of what was never sent whole, of which nobody is at work any more."""
        for path in self._root.glob(f"{UPLOADING}*"):
            folder = RunFolder(path)
            if not folder.is_in_use():
                yield folder

    def ids(self) -> set[int]:
        """The imports whose folders are here."""
        return {int(path.name) for path in self._root.glob("*") if path.name.isdecimal()}
