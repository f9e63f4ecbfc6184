"""Checks of the names of settings, of keys, and of settings that machines must share."""

import os
import stat
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path

from kinoteka.cli.doctor.findings import Finding, error, fine, warning
from kinoteka.core.tokens.server_keys import KEYS_DIFFER, differing_keys
from kinoteka.core.tokens.signing import SigningKey
from kinoteka.database.blocking import reading
from kinoteka.database.file_modes import is_open_to_others, is_ours, own_files
from kinoteka.database.migrations import DatabaseUnusable, current, newest
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.keys import KEY_FILES, SECRET_FILE, SIGNING_FILE, Keyring, KeyUnusable
from kinoteka.infrastructure.settings import Settings

NAMES = {SECRET_FILE: "KINOTEKA_SECRET_KEY", SIGNING_FILE: "KINOTEKA_SIGNING_KEY"}


def check_names(settings: Settings) -> Iterator[Finding]:
    """Check that no variable is unknown, for example misspelt."""
    del settings
    known = [name for name, *_ in config.rows()]
    for name in config.unknown():
        near = get_close_matches(name, known, n=1)
        meant = f"; perhaps {near[0]} is meant" if near else "; see `kinoteka settings`"
        yield warning("settings", f"{name} is not a setting{meant}.")


def check_key_files(settings: Settings) -> Iterator[Finding]:
    """Check that only their owner can read the keys."""
    for name, setting in NAMES.items():
        path = settings.data / name
        if getattr(settings, setting.removeprefix(config.PREFIX).lower()):
            yield fine("keys", f"{setting} is set.")
        elif not path.exists():
            yield fine("keys", f"{path} will be created at the first start.")
        elif not os.access(path, os.R_OK):
            yield error("keys", f"{path} cannot be read by this user: chown it to the server's.")
        elif is_open_to_others(path):
            yield _open_key(path)
        else:
            yield fine("keys", f"Only the owner can read {path}. Include it in the backup.")


def check_secret_key(settings: Settings) -> Iterator[Finding]:
    """Check that the secret key is long enough."""
    if not settings.secret_key and os.access(settings.data / SECRET_FILE, os.R_OK):
        yield from _load(lambda: Keyring.load(settings.data, ""))


def check_signing_key(settings: Settings) -> Iterator[Finding]:
    """Check that the signing key of access tokens is valid."""
    if settings.signing_key or os.access(settings.data / SIGNING_FILE, os.R_OK):
        yield from _load(lambda: SigningKey.load(settings.data, settings.signing_key))


def check_own_files(settings: Settings) -> Iterator[Finding]:
    """Check that other users cannot read the server's files."""
    for path in own_files(settings):
        if path.name not in KEY_FILES and is_open_to_others(path):
            mode = stat.S_IMODE(path.stat().st_mode)
            remedy = "the next start restricts it" if is_ours(path) else f"chmod go= {path}"
            yield warning("data folder", f"{path} (mode {mode:o}) is open to others: {remedy}.")


def check_fingerprints(settings: Settings) -> Iterator[Finding]:
    """Check that the keys are those that the database was first used with."""
    if not _has_both_keys(settings):
        return  # the first start creates them, or a check above reports the problem
    try:
        if current(settings) != newest():
            return
        with reading(settings) as reader:
            names = differing_keys(settings, reader)
    except (DatabaseUnusable, KeyUnusable):
        return
    if names:
        yield warning("keys", KEYS_DIFFER.format(names=" and ".join(names)))
    else:
        yield fine("keys", "They are the keys that this database was first used with.")


def check_several_machines(settings: Settings) -> Iterator[Finding]:
    """Check which settings a second machine with the same database would need."""
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
            f"{', '.join(missing)} is not set, so other machines cannot share it. This is fine "
            "while there is one machine. Set it to the same on each before another uses this "
            "database.",
        )
    else:
        yield fine("machines", "Others may serve from this database with the same settings.")


def _open_key(path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    reported = f"{path} (mode {mode:o}) can be read by others"
    if is_ours(path):
        return error(
            "keys",
            f"{reported}, who can then forge sessions or tokens of any account. The next start "
            "restricts it. Create a new one if another user may have read it.",
        )
    return warning(
        "keys",
        f"{reported}, and is not the server's to change, like a mounted secret. Make sure that no "
        "other user runs programs there, or provide it with mode 0400 for the server's user.",
    )


def _has_both_keys(settings: Settings) -> bool:
    return all(
        getattr(settings, setting.removeprefix(config.PREFIX).lower())
        or os.access(settings.data / name, os.R_OK)
        for name, setting in NAMES.items()
    )


def _load(load: Callable[[], object]) -> Iterator[Finding]:
    try:
        load()
    except KeyUnusable as problem:
        yield error("keys", f"{problem}. The server does not start with it.")
