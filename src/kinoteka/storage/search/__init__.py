"""Full-text search over the titles of films."""

from kinoteka.storage.search.entry import Entry
from kinoteka.storage.search.finding import find
from kinoteka.storage.search.sqlite import (
    SCHEMA,
    clear,
    index,
    index_prepared,
    optimize,
    prepare,
    remove,
)

__all__ = [
    "SCHEMA",
    "Entry",
    "clear",
    "find",
    "index",
    "index_prepared",
    "optimize",
    "prepare",
    "remove",
]
