"""Checks of the settings' names, of the keys, and of what several machines have to share."""

import os
import stat
from collections.abc import Iterator
from difflib import get_close_matches

from kinoteka import config
from kinoteka.config import Settings
from kinoteka.core.tokens.signing import SigningKey
from kinoteka.doctor.findings import Finding, error, fine, warning

KEY_FILES = {"secret.key": "KINOTEKA_SECRET_KEY", "signing-key.pem": "KINOTEKA_SIGNING_KEY"}


def check_names(settings: Settings) -> Iterator[Finding]:
    """Whether there are settings that nothing reads, such as misspelt ones."""
    del settings
    known = [name for name, *_ in config.rows()]
    for name in config.unknown():
        near = get_close_matches(name, known, n=1)
        meant = f"; perhaps {near[0]} is meant" if near else "; see `kinoteka settings`"
        yield warning("settings", f"{name} is no setting{meant}.")


def check_key_files(settings: Settings) -> Iterator[Finding]:
    """Whether the keys are their owner's alone."""
    for name, setting in KEY_FILES.items():
        path = settings.data / name
        if getattr(settings, setting.removeprefix(config.PREFIX).lower()):
            yield fine("keys", f"{setting} is set.")
        elif not path.exists():
            yield fine("keys", f"{path} is made at the first start.")
        elif not os.access(path, os.R_OK):
            yield error("keys", f"{path} cannot be read by this user: chown it to the server's.")
        elif (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield error(
                "keys",
                f"{path} (mode {mode:o}) can be read by others, who can then make sessions or "
                "tokens of anybody: chmod 600, and make a new one if somebody may have.",
            )
        else:
            yield fine("keys", f"{path} is its owner's alone. It belongs into the backup.")


def check_signing_key(settings: Settings) -> Iterator[Finding]:
    """Whether the key of access tokens is one."""
    path = settings.data / "signing-key.pem"
    if not settings.signing_key and not os.access(path, os.R_OK):
        return
    where = "KINOTEKA_SIGNING_KEY" if settings.signing_key else str(path)
    try:
        SigningKey.load(settings.data, settings.signing_key)
    except (ValueError, TypeError):
        yield error("keys", f"{where} is no private key on P-256 in PEM; the server cannot start.")


def check_several_machines(settings: Settings) -> Iterator[Finding]:
    """Whether a second machine on the same database would be of one mind with this one."""
    if not settings.database_url:
        return
    missing = [
        name
        for name, value in (
            ("KINOTEKA_SECRET_KEY", settings.secret_key),
            ("KINOTEKA_SIGNING_KEY", settings.signing_key),
            ("KINOTEKA_REDIS_URL", settings.redis_url),
            ("KINOTEKA_FILES_URL", settings.files_url),
        )
        if not value
    ]
    if missing:
        yield warning(
            "machines",
            f"What {', '.join(missing)} would name, this machine keeps to itself. Fine while it is "
            "the only one; set it, the same on each, before another serves from this database.",
        )
    else:
        yield fine("machines", "Others may serve from this database with the same settings.")
