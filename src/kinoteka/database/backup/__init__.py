"""Backups: an installation in one archive, written and restored while servers run.

Operations: `write`, `restore`, `verify`, `rotation`.
"""


class BackupFailed(Exception):
    """The backup or restore failed; the message says why."""
