"""docs/security.md judges every requirement of OWASP ASVS 5.0.0, levels 1 and 2, and proves it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
STATUSES = ("met", "not applicable", "not met")

# Sections of the standard, and how many of their requirements are of levels 1 and 2. Those of level
# 3 have the numbers after them.
REQUIREMENTS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2
2.1:3 2.2:3 2.3:4 2.4:1
3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3
6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1
9.1:3 9.2:4
10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3
11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
12.1:3 12.2:2 12.3:4
13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3
15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""
ROWS = re.findall(r"^\| (\d+\.\d+\.\d[^|]*) \| ([^|]+) \| (.+) \|$", PAGE, flags=re.MULTILINE)


def numbers(section: str, first: int, last: int) -> list[str]:
    return [f"{section}.{number}" for number in range(first, last + 1)]


def named(cell: str) -> list[str]:
    """Return the requirements of a row, such as `6.5.1–6.5.3, 6.6.1`."""
    found = []
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        section, _, number = first.rpartition(".")
        found += numbers(section, int(number), int((last or first).rpartition(".")[2]))
    return found


def test_every_requirement_is_judged_once():
    judged = [requirement for cell, _, _ in ROWS for requirement in named(cell)]
    expected = []
    for section, _, count in (each.partition(":") for each in REQUIREMENTS.split()):
        expected += numbers(section, 1, int(count))
    assert sorted(judged) == sorted(expected)


def test_judgement_is_a_known_status_with_proof():
    for cell, status, text in ROWS:
        assert status in STATUSES, cell
        tests = re.findall(r"`(tests/[\w/.]+\.py)`", text)
        assert [test for test in tests if not (ROOT / test).is_file()] == [], cell
        assert tests or status != "met", cell


def test_only_second_factors_recovery_and_mail_are_unmet():
    unmet = [each for cell, status, _ in ROWS if status == "not met" for each in named(cell)]
    assert set(unmet) == {"6.3.3", "6.4.3", "6.4.4", *numbers("6.5", 1, 5)}


def test_every_module_that_the_page_names_exists():
    modules = set(re.findall(r"`([a-z_0-9/]+\.py)`", PAGE))
    modules = {name for name in modules if not name.startswith("tests/")}
    assert len(modules) > 30
    assert [name for name in modules if not (ROOT / "src" / "kinoteka" / name).is_file()] == []


def test_every_section_that_a_judgement_names_exists():
    headings = re.findall(r"^##+ (.+)$", PAGE, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert [link for link in re.findall(r"\]\(#([\w-]+)\)", PAGE) if link not in anchors] == []
