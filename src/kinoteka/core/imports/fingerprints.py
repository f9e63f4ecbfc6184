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

KNOWN_IDS = ("imdb", "tmdb")
"""The kinds of ids that the previous version covers."""

_encode = msgspec.msgpack.Encoder().encode


def _fields_of(version: int) -> Callable[[FilmRecord], tuple[Any, ...]]:
    return cast(Callable[[FilmRecord], tuple[Any, ...]], attrgetter(*FINGERPRINTED[version]))


def _digest(covered: object) -> int:
    return int.from_bytes(blake2b(_encode(covered), digest_size=8).digest(), "big", signed=True)


_newest, _previous = _fields_of(NEWEST_VERSION), _fields_of(NEWEST_VERSION - 1)


def fingerprint(film: FilmRecord) -> int:
    """Return the fingerprint of a row by the newest version. Two rows collide once in 2⁶⁴ pairs."""
    return _digest(_newest(film))


def previous_fingerprint(film: FilmRecord) -> int:
    """Return the fingerprint of a row by the version before.

    A row with values for lists that the previous version did not cover gets another fingerprint,
    so that it counts as changed and its lists are stored.
    """
    covered = _previous(film)
    new_ids = any(kind not in KNOWN_IDS for kind, _ in film.ids)
    if new_ids or film.titles or film.countries or film.credits:
        covered = (*covered, film.ids, film.titles, film.countries, film.credits)
    return _digest(covered)
