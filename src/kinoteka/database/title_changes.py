"""Notice that a file has the ids of one source and the films of another.

Two sites may offer a file of the same name, in which the same ids mean other films.

Public operations: check_titles.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from kinoteka.database.import_session import ImportSession
from kinoteka.search.folding import fold

SAMPLES = 5
FEWEST = 2
"""The title of a single film may be corrected."""

KNOWN = "SELECT (SELECT count(*) FROM {s}films) - (SELECT count(*) FROM {s}unknown)"
TITLES = """
SELECT staged.title, staged.original_title, film.title, film.original_title, known.record
FROM {s}plan AS plan
JOIN {s}films AS staged ON staged.position = plan.position
JOIN film_values AS known
    ON known.source_id = {source_id} AND known.external_id = staged.external_id
JOIN films AS film ON film.id = known.film_id
"""
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class TitlesChanged(Exception):
    """Most known ids have other titles. `samples` has pairs of the old and the new title."""

    def __init__(self, changed: int, known: int, samples: Sequence[tuple[str, str]]) -> None:
        super().__init__(changed, known)
        self.changed = changed
        self.known = known
        self.samples = samples


def check_titles(session: ImportSession, source_id: int) -> None:
    """Raise `TitlesChanged` if more than half of the known films get another title."""
    ((known,),) = session.rows(KNOWN)
    changed = 0
    samples: list[tuple[str, str]] = []
    for chunk in session.chunks(TITLES, source_id=source_id):
        for title, original, old_title, old_original, record in chunk:
            if _keys(title, original) & _keys(old_title, old_original) or _is_in(title, record):
                continue
            changed += 1
            if len(samples) < SAMPLES:
                samples.append((old_title, title))
    if changed >= FEWEST and changed * 2 > known:
        raise TitlesChanged(changed, known, samples)


def _keys(*titles: Any) -> set[str]:
    return {" ".join(fold(title)) for title in titles if title}


def _is_in(title: str, record: str | None) -> bool:
    """Return whether the source had the title before, though another one is shown."""
    return record is not None and _keys(title) <= _keys(*_titles(record))


def _titles(record: str) -> list[Any]:
    decoded = _decode(record)
    return [decoded.get("title"), decoded.get("original_title")]
