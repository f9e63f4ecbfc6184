"""Bulk writing: one large transaction of a process of its own, beside running servers."""

ADVISORY_LOCK = 0x6B696E70
"""PostgreSQL's advisory lock of whoever writes in bulk, taken in the one database written."""


class AlreadyRunning(Exception):
    """Another process does the same at this moment."""


class BulkFailed(Exception):
    """The database could not do it, and nothing was written; the message says why."""
