"""Every requirement in pyproject.toml has a lower and an upper bound that the lock files keep."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENTS = sorted(
    {
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *(each for group in PROJECT["project"]["optional-dependencies"].values() for each in group),
    }
)
LOCKS = [
    dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8")))
    for name in ("requirements.lock", "requirements-dev.lock")
]
COUNTED_BY_MINOR = {"sqlalchemy"}
"""Packages whose minor versions are incompatible with each other, by their own policy."""


def bounds(requirement: Requirement) -> tuple[Version, Version] | None:
    """Return the lower and the upper bound, or None unless there is one of each."""
    by_operator = {each.operator: Version(each.version) for each in requirement.specifier}
    if by_operator.keys() != {">=", "<"}:
        return None
    return by_operator[">="], by_operator["<"]


def next_incompatible(version: Version, name: str) -> Version:
    """Return the first version that may be incompatible, by semantic versioning."""
    if version.major == 0 or name in COUNTED_BY_MINOR:
        return Version(f"{version.major}.{version.minor + 1}")
    return Version(f"{version.major + 1}")


@pytest.mark.parametrize("text", ["a", "a>=1", "a<2", "a==1", "a>=1,!=1.2,<2"])
def test_requirement_without_both_bounds_is_found(text) -> None:
    assert bounds(Requirement(text)) is None


def test_every_requirement_has_a_lower_and_an_upper_bound() -> None:
    assert [text for text in REQUIREMENTS if bounds(Requirement(text)) is None] == []


def test_every_upper_bound_is_the_next_incompatible_version() -> None:
    beyond = []
    for requirement in map(Requirement, REQUIREMENTS):
        newest = max(
            filter(None, (lock.get(canonicalize_name(requirement.name)) for lock in LOCKS))
        )
        _, upper = bounds(requirement) or (None, None)
        if upper is None or upper > next_incompatible(Version(newest), requirement.name):
            beyond.append(str(requirement))
    assert beyond == []


def test_every_locked_version_is_within_its_bounds() -> None:
    outside = []
    for requirement in map(Requirement, REQUIREMENTS):
        locked = [
            lock[name] for lock in LOCKS if (name := canonicalize_name(requirement.name)) in lock
        ]
        if not locked or not all(map(requirement.specifier.contains, locked)):
            outside.append(f"{requirement} (locked: {locked})")
    assert outside == []
