"""Record audit entries, for every service through which operators change data.

Public operations: record.
"""

from functools import partial

import msgspec

from kinoteka.core.audit import queries
from kinoteka.core.audit.model import Action, AuditActor, Subject
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.security_events import SecurityEvent, report

SECURITY_EVENTS = {
    Action.ACCOUNT_DISABLED: SecurityEvent.ACCOUNT_DISABLED,
    Action.ACCOUNT_ENABLED: SecurityEvent.ACCOUNT_ENABLED,
    Action.PASSWORD_RESET: SecurityEvent.PASSWORD_RESET,
    Action.ROLE_CREATED: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_CHANGED: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_DELETED: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_GIVEN: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_TAKEN_AWAY: SecurityEvent.ROLE_CHANGED,
}
"""Actions that are also reported as security events."""


async def record(
    actor: AuditActor, unit: Unit, action: Action, subject: Subject, **details: object
) -> None:
    """Store an audit entry in the same transaction as the change.

    Operators read `details`, so they must not contain secrets or e-mail addresses.
    """
    values = {
        "at": now(),
        "account_id": actor.account_id,
        "action": action.value,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "details": msgspec.json.encode(details).decode(),
        "address": unit.address,
    }
    if subject.kind == "account":
        await unit.queue(queries.INSERT_FOR_ACCOUNT, **values)
    else:
        await unit.queue(queries.INSERT, subject_name=subject.name, **values)
    event = SECURITY_EVENTS.get(action)
    if event is not None:
        fields = {
            "action": action.value,
            "by": actor.account_id,
            "account": subject.id if subject.kind == "account" else None,
            "role": subject.name if subject.kind == "role" else details.get("role"),
        }
        unit.after_commit(partial(report, event, **fields))
