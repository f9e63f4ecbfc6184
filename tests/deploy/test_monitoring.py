"""Alert rules and the dashboard: they name metrics, labels and values that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kinoteka.infrastructure.security_events import ORDINARY, SecurityEvent
from kinoteka.server.process_metrics import DURATIONS, METRICS

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus-rules.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

EVENTS = "kinoteka_security_events_total"
LABELS = {row.name: {*row.labels, "job", "instance"} for row in METRICS}
LABELS |= {
    f"{DURATIONS}_bucket": LABELS[DURATIONS] | {"le"},
    f"{DURATIONS}_sum": LABELS[DURATIONS],
    f"{DURATIONS}_count": LABELS[DURATIONS],
    "up": {"job", "instance"},
}
WITHOUT_AN_ALERT = {
    *ORDINARY,
    SecurityEvent.LOGIN_CHANGED,  # users may change their names as they like
}
SELECTOR = re.compile(r"\b((?:kinoteka|process|python)_\w+|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')


def expressions() -> Iterator[str]:
    """Every expression of the rules and the dashboard."""
    yield from (rule["expr"] for rule in ALERTS)
    yield from (target["expr"] for panel in PANELS for target in panel["targets"])


def selectors(expression: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Each metric of an expression, with its matchers."""
    return [(name, MATCHER.findall(inside)) for name, inside in SELECTOR.findall(expression)]


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_expression_names_metrics_labels_and_events_that_exist(expression: str) -> None:
    found = selectors(expression)
    assert found
    for name, matchers in found:
        assert name in LABELS
        assert {label for label, _, _ in matchers} <= LABELS[name]
        for label, operator, value in matchers:
            if label == "event":
                known = [event for event in SecurityEvent if matches(operator, value, event)]
                assert known, value
    for labels in re.findall(r"\bby \(([^)]*)\)", expression):
        assert set(re.split(r",\s*", labels)) <= set.union(*(LABELS[name] for name, _ in found))


def matches(operator: str, value: str, event: str) -> bool:
    """Whether a matcher selects an event."""
    pattern = value if "~" in operator else re.escape(value)
    return bool(re.fullmatch(pattern, event)) != operator.startswith("!")


def test_every_security_event_has_an_alert_or_a_reason_for_none() -> None:
    watched = {
        event
        for rule in ALERTS
        for name, matchers in selectors(rule["expr"])
        for label, operator, value in matchers
        for event in SecurityEvent
        if name == EVENTS and label == "event" and matches(operator, value, event)
    }
    assert watched == set(SecurityEvent) - WITHOUT_AN_ALERT


def test_every_alert_says_what_it_means() -> None:
    for rule in ALERTS:
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
    names = [rule["alert"] for rule in ALERTS]
    assert len(set(names)) == len(names)


def test_dashboard_shows_every_metric_of_the_server() -> None:
    shown = {
        name for panel in PANELS for each in panel["targets"] for name, _ in selectors(each["expr"])
    }
    ours = {row.name for row in METRICS if row.name.startswith("kinoteka_")}
    base = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown} | shown
    assert ours - base == {"kinoteka_build_info"}


def test_panels_do_not_overlap_and_have_unique_ids() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        own = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not own & cells
        cells |= own
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
