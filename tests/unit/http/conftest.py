"""HTTP is tried on SQLite: what differs between the databases lies below it.

`tests/contracts/test_engine_parity.py` compares the responses of both, byte by byte.
"""

from pathlib import Path

import pytest

from tests.support.engine_selection import deselect_postgresql

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would be tried on PostgreSQL."""
    deselect_postgresql(HERE, config, items)
