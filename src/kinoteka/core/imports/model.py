"""What an undone import reports."""

import msgspec

UNDO_DAYS = 30
"""How long the values that an import replaced are stored."""


class UndoResult(msgspec.Struct, frozen=True):
    """What an undo did.

    Films were `removed`, or `kept` because something refers to them. Records were `restored`, or
    not because a `later` import has changed them.
    """

    source: str
    removed: int
    kept: int
    restored: int
    later: int
