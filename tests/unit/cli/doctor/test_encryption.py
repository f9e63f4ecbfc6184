"""Connections to services on other machines are encrypted and verified, or a warning says so."""

import pytest
from msgspec.structs import replace

from kinoteka.cli.doctor.encryption import check_encryption
from kinoteka.infrastructure.settings import Settings

POSTGRESQL = "postgresql://kinoteka:secret@db.example:5432/kinoteka"


def severities(**settings: str) -> list[str]:
    return [finding.severity.name for finding in check_encryption(replace(Settings(), **settings))]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"database_url": f"{POSTGRESQL}?sslmode=verify-full"}, ["FINE"]),
        ({"database_url": f"{POSTGRESQL}?sslmode=verify-ca"}, ["FINE"]),
        ({"database_url": f"{POSTGRESQL}?sslmode=require"}, ["WARNING"]),
        ({"database_url": POSTGRESQL}, ["WARNING"]),
        ({"database_url": "postgresql://k@a.example,b.example:5433/k"}, ["WARNING"]),
        ({"database_url": "postgresql://k@[2001:db8::1]:5432/k"}, ["WARNING"]),
        ({"database_url": "postgresql://k@127.0.0.1/k"}, ["FINE"]),
        ({"database_url": "postgresql://k@[::1]:5432/k"}, ["FINE"]),
        ({"database_url": "postgresql:///k?host=/run/postgresql"}, ["FINE"]),
        ({"database_url": "postgresql:///k?host=db.example"}, ["WARNING"]),
        ({"database_url": "postgresql:///k?host=/run/db.example"}, ["FINE"]),
        ({"database_url": "postgresql://k@postgres/k"}, ["FINE"]),
        ({"redis_url": "redis://:secret@cache.example:6379/0"}, ["WARNING"]),
        ({"redis_url": "valkey://cache.example/0"}, ["WARNING"]),
        ({"redis_url": "rediss://cache.example:6379/0"}, ["FINE"]),
        ({"redis_url": "rediss://cache.example:6379/0?ssl_cert_reqs=none"}, ["WARNING"]),
        ({"redis_url": "unix:///run/redis/redis.sock"}, ["FINE"]),
        ({"redis_url": "redis://localhost:6379/0"}, ["FINE"]),
        ({"files_url": "s3://films", "files_endpoint": "http://s3.example"}, ["WARNING"]),
        ({"files_url": "s3://films", "files_endpoint": "https://s3.example"}, ["FINE"]),
        ({"files_url": "s3://films"}, ["FINE"]),
    ],
)
def test_unencrypted_connection_to_another_machine_is_a_warning(settings, expected):
    assert severities(**settings) == expected


def test_every_unencrypted_connection_is_named():
    settings = Settings(database_url=POSTGRESQL, redis_url="redis://cache.example")
    texts = [finding.text for finding in check_encryption(settings)]
    assert ["db.example" in texts[0], "cache.example" in texts[1]] == [True, True]
    assert "secret" not in "".join(texts)
