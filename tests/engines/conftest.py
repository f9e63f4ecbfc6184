"""What differs between the engines: an index of titles, and a catalogue to import into."""

from tests.support.search_index import put, reader, search_settings, titles
from tests.unit.core.imports.conftest import stored, stored_in

__all__ = ["put", "reader", "search_settings", "stored", "stored_in", "titles"]
