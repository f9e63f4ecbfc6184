"""An index of titles, on each engine."""

from tests.support.search_index import put, reader, search_settings, titles

__all__ = ["put", "reader", "search_settings", "titles"]
