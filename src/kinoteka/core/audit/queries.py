"""Statements on the audit log."""

from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, bindparam, delete, func, insert, select

from kinoteka.core.audit.model import Entry
from kinoteka.database.schema import accounts, audit_entries
from kinoteka.database.statement import Statement

PRUNED_AT_ONCE = 5_000

GIVEN = ("at", "account_id", "action", "subject_kind", "subject_id", "details", "address")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def _username(of: str) -> ScalarSelect[Any]:
    return select(accounts.c.username).where(accounts.c.id == bindparam(of)).scalar_subquery()


def _recording(**values: Any) -> Statement[tuple[()]]:
    values |= {name: bindparam(name) for name in GIVEN}
    values["actor_name"] = func.coalesce(_username("account_id"), "")
    return Statement(insert(audit_entries).values(values))


RECORD = _recording(subject_name=bindparam("subject_name"))
RECORD_OF_ACCOUNT = _recording(subject_name=func.coalesce(_username("subject_id"), ""))


FILTERS = {
    "before": audit_entries.c.id < bindparam("before"),
    "who": audit_entries.c.account_id == bindparam("who"),
    "subject_kind": audit_entries.c.subject_kind == bindparam("subject_kind"),
    "subject_id": audit_entries.c.subject_id == bindparam("subject_id"),
    "action": audit_entries.c.action == bindparam("action"),
}


@cache
def entries(filters: tuple[str, ...]) -> Statement[Entry]:
    """Entries, newest first, by those of `FILTERS`; `most` of them."""
    return Statement(
        select(
            audit_entries.c.id,
            audit_entries.c.at,
            audit_entries.c.account_id,
            audit_entries.c.actor_name,
            audit_entries.c.action,
            audit_entries.c.subject_kind,
            audit_entries.c.subject_id,
            audit_entries.c.subject_name,
            audit_entries.c.details,
            audit_entries.c.address,
        )
        .where(*(FILTERS[name] for name in filters))
        .order_by(audit_entries.c.id.desc())
        .limit(bindparam("most")),
        Entry,
        {"details": _decode},
    )


PRUNE: Statement[tuple[()]] = Statement(
    delete(audit_entries).where(
        audit_entries.c.id.in_(
            select(audit_entries.c.id)
            .where(audit_entries.c.at < bindparam("until"))
            .order_by(audit_entries.c.at)
            .limit(PRUNED_AT_ONCE)
        )
    )
)
