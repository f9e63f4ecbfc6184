"""Fixtures of the import tests, for the tests of import targets."""

from tests.unit.core.imports.conftest import stored, stored_in

__all__ = ["stored", "stored_in"]
