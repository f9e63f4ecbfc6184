"""Checks of accounts and roles that conflict under rules that were added later."""

from collections.abc import Iterator

from kinoteka.cli.doctor.findings import Finding, fine, warning
from kinoteka.core.access.conflicts import unreachable_roles
from kinoteka.core.accounts.conflicts import look_alikes, unreachable_addresses
from kinoteka.database.blocking import reading
from kinoteka.database.migrations import DatabaseUnusable, current, newest
from kinoteka.infrastructure.settings import Settings

SHOWN = 20


def check_accounts(settings: Settings) -> Iterator[Finding]:
    """Check that names and addresses do not conflict."""
    try:
        if current(settings) != newest():
            return
        with reading(settings) as reader:
            alike = look_alikes(reader, SHOWN)
            addresses = unreachable_addresses(reader)
            roles = unreachable_roles(reader)
    except DatabaseUnusable:
        return  # another check reports it
    for one, other in alike:
        yield warning(
            "names",
            f"The usernames {one} and {other} look alike, from before the rule against it. If one "
            "is an impostor, disable it.",
        )
    if addresses:
        yield warning(
            "names",
            f"The e-mail address of account {', '.join(map(str, addresses[:SHOWN]))} belongs to "
            "an older account, too, which alone signs in with it. Agree on another address.",
        )
    if roles:
        yield warning(
            "names",
            f"The role {', '.join(roles[:SHOWN])} has the name of an older one, but for case or "
            "width. Rename it.",
        )
    if not (alike or addresses or roles):
        yield fine("names", "No usernames, e-mail addresses or roles clash.")
