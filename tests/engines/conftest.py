"""Fixtures for the parts that differ between the engines: the search index and imports."""

from tests.support.search_index import put, reader, search_settings, titles
from tests.unit.core.imports.conftest import stored, stored_in

__all__ = ["put", "reader", "search_settings", "stored", "stored_in", "titles"]
