"""Pages are tried on SQLite; that the other database shows the same is tried on every page at once.

See `tests/engines/test_site_pages.py`: what differs between the databases lies far below the pages.
"""

from pathlib import Path

import pytest

from tests.support.engine_selection import deselect_postgresql

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would be tried on PostgreSQL."""
    deselect_postgresql(HERE, config, items)
