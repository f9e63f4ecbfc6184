"""A catalogue to import into."""

from tests.unit.core.imports.conftest import stored, stored_in

__all__ = ["stored", "stored_in"]
