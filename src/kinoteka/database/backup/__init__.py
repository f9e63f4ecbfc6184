"""Backups: an installation in one archive, made while it is served, and put back.

Public operations: write (`writing`), restore (`restoring`).
"""


class BackupFailed(Exception):
    """It could not be done; the message says why."""
