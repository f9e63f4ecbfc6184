"""Checks of connections to other machines: encrypted and verified (OWASP ASVS 5, 12.3)."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from kinoteka.cli.doctor.addresses import is_loopback
from kinoteka.cli.doctor.findings import Finding, fine, warning
from kinoteka.infrastructure.settings import Settings

SUBJECT = "encryption"
VERIFIED = ("verify-ca", "verify-full")
REDIS_WITHOUT_TLS = ("redis", "valkey")


def check_encryption(settings: Settings) -> Iterator[Finding]:
    """Check that connections to services on other machines are encrypted and verified."""
    problems = [
        *_database_problems(settings.database_url),
        *_redis_problems(settings.redis_url),
        *_files_problems(settings.files_endpoint),
    ]
    for problem in problems:
        yield warning(SUBJECT, problem)
    if not problems and any((settings.database_url, settings.redis_url, settings.files_url)):
        yield fine(SUBJECT, "Connections to services on other machines are encrypted.")


def _database_problems(url: str) -> Iterator[str]:
    hosts = _remote_hosts(url)
    mode = _parameters(url).get("sslmode", "prefer")
    if hosts and mode not in VERIFIED:
        yield (
            f"The connection to PostgreSQL on {', '.join(hosts)} may be read or redirected on the "
            f"way (sslmode={mode}). Add ?sslmode=verify-full to KINOTEKA_DATABASE_URL."
        )


def _redis_problems(url: str) -> Iterator[str]:
    hosts = _remote_hosts(url)
    if hosts and urlsplit(url).scheme in REDIS_WITHOUT_TLS:
        yield (
            f"The connection to Redis on {', '.join(hosts)} can be read on the way, its password "
            "included. Use rediss:// in KINOTEKA_REDIS_URL."
        )
    elif hosts and _parameters(url).get("ssl_cert_reqs", "required") != "required":
        yield (
            f"The connection to Redis on {', '.join(hosts)} may be redirected on the way, because "
            "its certificate is not checked. Remove ssl_cert_reqs from KINOTEKA_REDIS_URL."
        )


def _files_problems(url: str) -> Iterator[str]:
    hosts = _remote_hosts(url)
    if hosts and urlsplit(url).scheme == "http":
        yield (
            f"Pictures travel to {', '.join(hosts)} in the clear. Use https:// in "
            "KINOTEKA_FILES_ENDPOINT."
        )


def _remote_hosts(url: str) -> list[str]:
    """Return the hosts of an address that are other machines.

    A name without a dot is taken for a container on the same machine.
    """
    addresses = urlsplit(url).netloc.rpartition("@")[2].split(",")
    names = [_host(address) for address in addresses]
    names += _parameters(url).get("host", "").split(",")  # as libpq reads it
    return [name for name in names if _is_elsewhere(name)]


def _is_elsewhere(name: str) -> bool:
    is_socket = name.startswith(("/", "@"))
    return not is_socket and ("." in name or ":" in name) and not is_loopback(name)


def _parameters(url: str) -> dict[str, str]:
    """Return the parameters of an address; the last one if repeated."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


def _host(address: str) -> str:
    """Return the host of `host:port`, where an IPv6 address is in brackets."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0]
