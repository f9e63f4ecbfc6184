"""Findings about addresses."""

import pytest

from kinoteka.cli.doctor.addresses import (
    check_cors,
    check_metrics,
    check_public_url,
    check_trusted_proxies,
    is_loopback,
)
from kinoteka.infrastructure.settings import Settings

OPEN = "0.0.0.0"  # noqa: S104
HTTPS = "https://films.example"


@pytest.mark.parametrize(
    ("host", "url", "severity"),
    [
        ("127.0.0.1", "", "FINE"),
        ("localhost", "http://localhost:8000", "FINE"),
        ("::1", "http://[::1]:8000", "FINE"),
        (OPEN, HTTPS, "FINE"),
        (OPEN, "", "WARNING"),
        (OPEN, "http://films.example", "WARNING"),
        ("127.0.0.1", "http://films.example", "WARNING"),
        ("127.0.0.1", "http://localhost.example", "WARNING"),
    ],
)
def test_public_url_is_checked(host: str, url: str, severity: str) -> None:
    (finding,) = check_public_url(Settings(host=host, public_url=url))
    assert finding.severity.name == severity


@pytest.mark.parametrize(
    ("proxies", "host", "severities"),
    [
        ("", "127.0.0.1", ["WARNING"]),
        ("127.0.0.1", "127.0.0.1", ["FINE"]),
        ("10.0.0.0/8, 172.31.77.1", OPEN, ["FINE"]),
        ("*", OPEN, ["ERROR"]),
        ("*", "127.0.0.1", ["WARNING"]),
        ("0.0.0.0/0", OPEN, ["ERROR"]),
        ("::/0", OPEN, ["ERROR"]),
        ("proxy.example", OPEN, ["ERROR"]),
        ("10.0.0.1/8", OPEN, ["ERROR"]),
        ("*,proxy.example", OPEN, ["ERROR", "ERROR"]),
    ],
)
def test_trusted_proxies_are_checked(proxies: str, host: str, severities: list[str]) -> None:
    settings = Settings(host=host, public_url=HTTPS, trusted_proxies=proxies)
    assert [f.severity.name for f in check_trusted_proxies(settings)] == severities


def test_nothing_is_reported_without_a_proxy() -> None:
    assert list(check_trusted_proxies(Settings())) == []


@pytest.mark.parametrize(
    ("origin", "severities"),
    [
        ("https://app.example", []),
        ("https://app.example:8443", []),
        ("http://localhost:5173", []),
        ("http://app.example", ["WARNING"]),
        ("*", ["ERROR"]),
        ("null", ["ERROR"]),
        ("app.example", ["ERROR"]),
        ("https://*.example", ["ERROR"]),
        ("https://app.example/films", ["ERROR"]),
    ],
)
def test_cors_origins_are_checked(origin: str, severities: list[str]) -> None:
    assert [f.severity.name for f in check_cors(Settings(cors_origins=(origin,)))] == severities


def test_weak_metrics_token_is_reported_but_not_shown() -> None:
    (finding,) = check_metrics(Settings(metrics_token="hunter2"))
    assert "hunter2" not in finding.text
    assert list(check_metrics(Settings(metrics_token="m" * 32))) == []


@pytest.mark.parametrize(
    ("host", "so"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), (OPEN, False), ("films", False)],
)
def test_loopback_addresses_are_recognised(host: str, so: bool) -> None:
    assert is_loopback(host) is so
