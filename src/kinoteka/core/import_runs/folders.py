"""The folder of an import run: uploaded files, progress and outcome.

A locked file in the folder shows that a process uses it: the server during the upload, then the
import's process, which inherits the lock. The system releases it when the process ends.

Public operations: RunFolders, RunFolder.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

import msgspec

from kinoteka.core.import_runs.model import Outcome, RunProgress, WaitingUpload

T = TypeVar("T")

FOLDER = "imports"
NEW, UPLOADING, WAITING = "new-", "uploading-", "waiting-"
_KEY = re.compile(r"[0-9a-f]{16}")


class StopRequest(msgspec.Struct, frozen=True):
    """A request to stop an import, by an account or (None) by a server that stops."""

    account_id: int | None
    address: str = ""


class RunFolder:
    """The folder of one import."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = path / "files"
        self.report = path / "report.jsonl"

    @property
    def key(self) -> str:
        """The random part of the name of an upload's folder."""
        return self.path.name.rpartition("-")[2]

    def move_to(self, path: Path) -> "RunFolder":
        """Move the folder to another path, and return it."""
        self.path.rename(path)
        return RunFolder(path)

    def exists(self) -> bool:
        """Return whether this machine has the folder."""
        return self.path.is_dir()

    def lock(self) -> int | None:
        """Return the descriptor of the lock, or None if another process holds it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def is_in_use(self) -> bool:
        """Return whether a process holds the lock."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two simultaneous checks do not mistake each other for a holder.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def progress(self) -> RunProgress:
        """Return the progress of the import."""
        return self._read("progress.json", RunProgress) or RunProgress()

    def write_progress(self, progress: RunProgress) -> None:
        """Store the progress. A full disk does not stop the import."""
        with suppress(OSError):
            self._write("progress.json", progress)

    def outcome(self) -> Outcome | None:
        """Return the outcome, or None before the import has finished."""
        return self._read("outcome.json", Outcome)

    def write_outcome(self, outcome: Outcome) -> None:
        """Store the outcome."""
        self._write("outcome.json", outcome)

    def stop_request(self) -> StopRequest | None:
        """Return the request to stop the import, if there is one."""
        return self._read("ending.json", StopRequest)

    def write_stop_request(self, stop_request: StopRequest) -> None:
        """Store a request to stop the import, before its process gets the signal."""
        self._write("ending.json", stop_request)

    def process_id(self) -> int | None:
        """Return the id of the import's process."""
        return self._read("process.json", int)

    def write_process_id(self, process_id: int) -> None:
        """Store the id of the import's process."""
        self._write("process.json", process_id)

    def waiting_upload(self) -> WaitingUpload | None:
        """Return the upload that waits in the folder, if there is one."""
        return self._read("upload.json", WaitingUpload)

    def write_waiting_upload(self, upload: WaitingUpload) -> None:
        """Store the upload."""
        self._write("upload.json", upload)

    def remove_files(self) -> None:
        """Delete the uploaded files."""
        shutil.rmtree(self.files, ignore_errors=True)

    def remove(self) -> None:
        """Delete the folder."""
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
    """The folders of all imports on this machine."""

    def __init__(self, data: Path) -> None:
        self._root = data / FOLDER

    def new(self) -> tuple[RunFolder, int]:
        """Create a folder for an upload. Return it with the descriptor of its lock."""
        name = token_hex(8)
        folder = RunFolder(self._root / f"{NEW}{name}")
        folder.files.mkdir(parents=True)
        descriptor = folder.lock()
        if descriptor is None:
            raise FileExistsError(folder.path)
        # `abandoned` finds the folder only now that it is locked.
        return folder.move_to(self._root / f"{UPLOADING}{name}"), descriptor

    def folder(self, run_id: int) -> RunFolder:
        """Return the folder of an import. It may not exist on this machine."""
        return RunFolder(self._root / str(run_id))

    def assign(self, folder: RunFolder, run_id: int) -> RunFolder:
        """Make the folder of an upload the folder of an import."""
        assigned = self.folder(run_id)
        assigned.remove()  # of an import whose row was rolled back
        return folder.move_to(assigned.path)

    def abandoned(self) -> Iterator[RunFolder]:
        """Yield the folders of interrupted uploads that no process uses."""
        for path in self._root.glob(f"{UPLOADING}*"):
            folder = RunFolder(path)
            if not folder.is_in_use():
                yield folder

    def wait(self, folder: RunFolder, upload: WaitingUpload) -> RunFolder:
        """Keep the folder of an upload until its import starts."""
        folder.write_waiting_upload(upload)
        return folder.move_to(self._root / f"{WAITING}{folder.key}")

    def waiting(self) -> Iterator[RunFolder]:
        """Yield the folders of uploads that wait."""
        return map(RunFolder, self._root.glob(f"{WAITING}*"))

    def waiting_folder(self, key: str) -> RunFolder | None:
        """Return the folder of an upload that waits, or None if this machine has none."""
        folder = RunFolder(self._root / f"{WAITING}{key}")
        return folder if _KEY.fullmatch(key) and folder.exists() else None

    def ids(self) -> set[int]:
        """Return the ids of the imports whose folders this machine has."""
        return {int(path.name) for path in self._root.glob("*") if path.name.isdecimal()}
