"""Bulk writing: one large transaction of a process of its own, beside running servers."""


class AlreadyRunning(Exception):
    """Another process does the same at this moment."""


class BulkFailed(Exception):
    """The database could not do it, and nothing was written; the message says why."""
