"""Folders of tests that need only one of the two database engines."""

from pathlib import Path

import pytest


def deselect_postgresql(folder: Path, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the folder's tests on PostgreSQL, as for tests above the code that runs SQL."""
    others = {item for item in items if folder in item.path.parents and _is_postgresql(item)}
    if others:
        config.hook.pytest_deselected(items=list(others))
        items[:] = [item for item in items if item not in others]


def _is_postgresql(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("engine") == "postgresql"
