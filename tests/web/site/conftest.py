"""Pages are tried on SQLite; that the other database shows the same is tried on every page at once.

See `tests/web/test_site_on_both.py`: what differs between the databases lies far below the pages.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would be tried on PostgreSQL."""
    others = [item for item in items if HERE in item.path.parents and _engine(item) == "postgresql"]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


def _engine(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("engine", "")) if callspec else ""
