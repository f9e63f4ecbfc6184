"""Writing into the audit log, for every service that operators change things through.

Public operations: record.
"""

from functools import partial

import msgspec

from kinoteka.core.audit import queries
from kinoteka.core.audit.model import Action, Subject, Who
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.security_events import SecurityEvent, report

EVENTS = {
    Action.ACCOUNT_DISABLED: SecurityEvent.ACCOUNT_DISABLED,
    Action.ACCOUNT_ENABLED: SecurityEvent.ACCOUNT_ENABLED,
    Action.PASSWORD_RESET: SecurityEvent.PASSWORD_RESET,
    Action.ROLE_CREATED: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_CHANGED: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_DELETED: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_GIVEN: SecurityEvent.ROLE_CHANGED,
    Action.ROLE_TAKEN_AWAY: SecurityEvent.ROLE_CHANGED,
}
"""What is also a security event."""


async def record(
    actor: Who, unit: Unit, action: Action, subject: Subject, **details: object
) -> None:
    """Write down what the actor does, with the transaction in which it is done.

    `details` are for operators' eyes: nothing secret, and no e-mail address of anybody.
    """
    given = {
        "at": now(),
        "account_id": actor.account_id,
        "action": action.value,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "details": msgspec.json.encode(details).decode(),
        "address": unit.address,
    }
    if subject.kind == "account":
        await unit.queue(queries.RECORD_OF_ACCOUNT, **given)
    else:
        await unit.queue(queries.RECORD, subject_name=subject.name, **given)
    event = EVENTS.get(action)
    if event is not None:
        fields = {
            "action": action.value,
            "by": actor.account_id,
            "account": subject.id if subject.kind == "account" else None,
            "role": subject.name if subject.kind == "role" else details.get("role"),
        }
        unit.after_commit(partial(report, event, **fields))
