"""The examination: every check, and what all of them have found."""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from kinoteka.cli.doctor import (
    accounts,
    addresses,
    databases,
    encryption,
    keys,
    machine,
    services,
)
from kinoteka.cli.doctor.findings import Finding, Severity, error
from kinoteka.infrastructure.settings import Settings, aws_environment, passwords_in

Check = Callable[[Settings], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    keys.check_names,
    machine.check_data_folder,
    machine.check_disk,
    keys.check_key_files,
    keys.check_secret_key,
    keys.check_signing_key,
    keys.check_own_files,
    keys.check_several_machines,
    databases.check_database,
    keys.check_fingerprints,
    accounts.check_accounts,
    services.check_redis,
    services.check_files,
    encryption.check_encryption,
    addresses.check_public_url,
    addresses.check_trusted_proxies,
    addresses.check_cors,
    addresses.check_metrics,
    machine.check_cores,
    machine.check_open_files,
    machine.check_hashing,
)


def examine(settings: Settings) -> list[Finding]:
    """Everything that the checks find, the worst first; no secret is in it."""
    hidden = _secrets(settings)
    found = [finding for check in CHECKS for finding in _run(check, settings)]
    return sorted((_without(hidden, f) for f in found), key=lambda finding: finding.severity)


def conclusion(findings: Iterable[Finding]) -> tuple[str, bool]:
    """What all findings come to in a line, and whether there is no error."""
    severities = [finding.severity for finding in findings]
    errors, warnings = (severities.count(s) for s in (Severity.ERROR, Severity.WARNING))
    return f"errors: {errors}, warnings: {warnings}", errors == 0


def _run(check: Check, settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except OSError as problem:
        yield error(check.__name__, f"The check could not be made: {problem}.")


def _secrets(settings: Settings) -> list[str]:
    """What must not be shown, the longest first, since one may be part of another."""
    found = {settings.secret_key, settings.signing_key, settings.metrics_token}
    found |= {value for name, value in aws_environment().items() if not name.endswith("REGION")}
    for url in (settings.database_url, settings.redis_url):
        for written in passwords_in(url):
            found |= {written, unquote(written)}
    return sorted(filter(None, found), key=len, reverse=True)


def _without(hidden: list[str], finding: Finding) -> Finding:
    text = finding.text
    for secret in hidden:
        text = text.replace(secret, "(set)")
    return Finding(finding.severity, finding.subject, text)
