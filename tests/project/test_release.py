"""The pages that name versions agree with the package."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
MINOR = VERSION.rpartition(".")[0]


def page(name: str) -> str:
    """Return the text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_changelog_begins_with_unreleased_and_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", page("CHANGELOG.md"), flags=re.MULTILINE)
    assert headings[:2] == ["Unreleased", VERSION]


def test_every_released_version_has_a_date() -> None:
    released = re.findall(r"^## \[\d.*$", page("CHANGELOG.md"), flags=re.MULTILINE)
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line) for line in released)


def test_security_policy_supports_this_version() -> None:
    assert f"| {MINOR} | yes |" in page("SECURITY.md")


def test_upgrading_page_says_what_runs_beside_this_version() -> None:
    assert re.search(
        rf"^\| .+ \| {re.escape(MINOR)}\.\w+ \| (yes|no)", page("docs/upgrading.md"), re.M
    )
