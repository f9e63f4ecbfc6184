"""Statements on audit entries."""

from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, bindparam, delete, func, insert, select

from kinoteka.core.audit.model import AuditEntry
from kinoteka.database.schema import accounts, audit_entries
from kinoteka.database.statement import Statement

PRUNE_BATCH = 5_000

PARAMETERS = ("at", "account_id", "action", "subject_kind", "subject_id", "details", "address")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def _username(account_id: str) -> ScalarSelect[Any]:
    return (
        select(accounts.c.username).where(accounts.c.id == bindparam(account_id)).scalar_subquery()
    )


def _insert(**values: Any) -> Statement[tuple[()]]:
    values |= {name: bindparam(name) for name in PARAMETERS}
    values["actor_name"] = func.coalesce(_username("account_id"), "")
    return Statement(insert(audit_entries).values(values))


INSERT = _insert(subject_name=bindparam("subject_name"))
INSERT_FOR_ACCOUNT = _insert(subject_name=func.coalesce(_username("subject_id"), ""))


FILTERS = {
    "before": audit_entries.c.id < bindparam("before"),
    "actor_id": audit_entries.c.account_id == bindparam("actor_id"),
    "subject_kind": audit_entries.c.subject_kind == bindparam("subject_kind"),
    "subject_id": audit_entries.c.subject_id == bindparam("subject_id"),
    "action": audit_entries.c.action == bindparam("action"),
}


@cache
def entries(filters: tuple[str, ...]) -> Statement[AuditEntry]:
    """Return the statement that selects `limit` entries by these `FILTERS`, newest first."""
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
        .limit(bindparam("limit")),
        AuditEntry,
        {"details": _decode},
    )


PRUNE: Statement[tuple[()]] = Statement(
    delete(audit_entries).where(
        audit_entries.c.id.in_(
            select(audit_entries.c.id)
            .where(audit_entries.c.at < bindparam("until"))
            .order_by(audit_entries.c.at)
            .limit(PRUNE_BATCH)
        )
    )
)
