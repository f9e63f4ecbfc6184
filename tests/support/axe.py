"""Accessibility checks with axe-core."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN = """async options => {
    const found = await axe.run(document, options)
    return found.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1)
            .map(line => line.trim()).join("; ")}`))
}"""


@cache
def script() -> str:
    """Return the script of axe-core."""
    assert SCRIPT.exists(), "axe-core is missing: run `make node_modules/.package-lock.json`"
    return SCRIPT.read_text(encoding="utf-8")


async def violations(
    page: Page, only: Sequence[str] | None = None, without: Sequence[str] = ()
) -> list[str]:
    """Return the violations on the current page: rule, element and reason.

    Check all rules of WCAG 2.2 AA and best practice, or `only` these, `without` those.
    """
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(script())
    options: dict[str, Any] = {"runOnly": list(only or TAGS), "resultTypes": ["violations"]}
    if only is None:
        options["rules"] = {"target-size": {"enabled": True}}
        options["rules"] |= {rule: {"enabled": False} for rule in without}
    return list(await page.evaluate(RUN, options))
