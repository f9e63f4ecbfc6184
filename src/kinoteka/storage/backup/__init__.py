"""Backups: an installation in one archive, made while it is served, and put back.

Public operations: write (`writing`), restore (`restoring`).
"""


class BackupFailed(Exception):
    """It could not be done; the message says why."""


class Progress:
    """How far it has come, to be watched from another thread: `done` of `total`."""

    def __init__(self) -> None:
        self.step = ""
        self.done = 0
        self.total = 0

    def begin(self, step: str, total: int = 0) -> None:
        """Begin a step of so many bytes, files or pages; 0: not known."""
        self.step, self.done, self.total = step, 0, total
