"""Bulk writes: one large transaction in a separate process, beside running servers."""

ADVISORY_LOCK = 0x6B696E70
"""The number of the advisory lock that a bulk write holds in PostgreSQL."""


class AlreadyRunning(Exception):
    """Another process is already running the same operation."""


class BulkFailed(Exception):
    """The operation failed and nothing was written; the message says why."""
