"""Fingerprints: 64-bit hashes that show whether a row of a data set has changed.

`database.film_columns.FINGERPRINTED` lists the fields of each version.

Public operations: fingerprint, previous_fingerprint.
"""

from collections.abc import Callable
from hashlib import blake2b
from operator import attrgetter
from typing import Any, cast

import msgspec

from kinoteka.core.imports.record import FilmRecord
from kinoteka.database.film_columns import FINGERPRINTED, NEWEST_VERSION

_encode = msgspec.msgpack.Encoder().encode


def _covering(version: int) -> Callable[[FilmRecord], int]:
    if version == 1:
        return _first_version()
    names = FINGERPRINTED[version]
    take = cast(Callable[[FilmRecord], tuple[Any, ...]], attrgetter(*names))
    return lambda film: _digest(take(film))


def _first_version() -> Callable[[FilmRecord], int]:
    """Version 1 covers the names of its fields, too, and a label that is always empty."""
    names = FINGERPRINTED[1]
    covered = msgspec.defstruct("Covered", [(name, object) for name in names], gc=False)
    label = names.index("label")
    before, after = attrgetter(*names[:label]), attrgetter(*names[label + 1 :])
    return lambda film: _digest(covered(*before(film), None, *after(film)))


def _digest(covered: object) -> int:
    return int.from_bytes(blake2b(_encode(covered), digest_size=8).digest(), "big", signed=True)


fingerprint = _covering(NEWEST_VERSION)
"""Return the fingerprint of a row by the newest version. Two rows collide once in 2⁶⁴ pairs."""
previous_fingerprint = _covering(NEWEST_VERSION - 1)
"""Return the fingerprint of a row by the version before."""
