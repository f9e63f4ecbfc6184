"""The README of the HTTP layer documents every field of routes and contracts."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import kinoteka.http
from kinoteka.http.mechanics.routes import Contract, Route

README = Path(kinoteka.http.__file__).with_name("README.md").read_text("utf-8")


def documented(heading: str) -> list[str]:
    """Return the first column of the table under a heading."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("described", [Route, Contract])
def test_every_field_is_documented(described: type) -> None:
    names = [field.name for field in fields(described)]
    assert sorted(documented(described.__name__)) == sorted(names)
