"""The examination: runs every check and sorts the findings."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

import structlog

from kinoteka.cli.doctor import (
    accounts,
    addresses,
    databases,
    encryption,
    keys,
    machine,
    services,
)
from kinoteka.cli.doctor.findings import Finding, Severity, error, reason
from kinoteka.infrastructure.server_addresses import passwords_in
from kinoteka.infrastructure.settings import Settings, aws_environment

log = structlog.get_logger()

CHECK_FAILED = "a check of the doctor failed"

Check = Callable[[Settings], Iterable[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", keys.check_names),
    ("data folder", machine.check_data_folder),
    ("disk", machine.check_disk),
    ("keys", keys.check_key_files),
    ("keys", keys.check_secret_key),
    ("keys", keys.check_signing_key),
    ("data folder", keys.check_own_files),
    ("machines", keys.check_several_machines),
    ("database", databases.check_database),
    ("keys", keys.check_fingerprints),
    ("names", accounts.check_accounts),
    ("Redis", services.check_redis),
    ("files", services.check_files),
    ("encryption", encryption.check_encryption),
    ("public URL", addresses.check_public_url),
    ("proxies", addresses.check_trusted_proxies),
    ("CORS", addresses.check_cors),
    ("metrics", addresses.check_metrics),
    ("workers", machine.check_cores),
    ("open files", machine.check_open_files),
    ("passwords", machine.check_hashing),
)
"""Every check, with the subject that is reported if the check itself fails."""


def examine(settings: Settings) -> list[Finding]:
    """Return the findings of all checks without secrets, the worst first."""
    hidden = _secrets(settings)
    found = [finding for subject, check in CHECKS for finding in _run(subject, check, settings)]
    return sorted((_without(hidden, f) for f in found), key=lambda finding: finding.severity)


def conclusion(findings: Iterable[Finding]) -> tuple[str, bool]:
    """Return a summary line, and whether there are no errors."""
    severities = [finding.severity for finding in findings]
    errors, warnings = (severities.count(s) for s in (Severity.ERROR, Severity.WARNING))
    return f"errors: {errors}, warnings: {warnings}", errors == 0


def _run(subject: str, check: Check, settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except OSError as problem:
        yield error(
            subject,
            f"This could not be checked: {reason(problem)}. Run the doctor as the server's user; "
            "the other checks are not affected.",
        )
    except Exception as problem:  # the other checks still run
        # Without the error's text, which may contain a password.
        where = traceback.extract_tb(problem.__traceback__)[-1]
        log.error(
            CHECK_FAILED,
            subject=subject,
            error=type(problem).__name__,
            where=f"{where.filename}:{where.lineno}",
        )
        yield error(
            subject,
            "This could not be checked, because Kinoteka made a mistake. The other checks are not "
            "affected. Please report it with the line of the log above.",
        )


def _secrets(settings: Settings) -> list[str]:
    """Return the values to hide, the longest first, because one may be part of another."""
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
