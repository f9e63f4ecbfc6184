"""Writing into the audit log, for every service that operators change things through.

Public operations: record.
"""

import msgspec

from kinoteka.core.audit import queries
from kinoteka.core.audit.model import Action, Subject, Who
from kinoteka.storage.clock import now
from kinoteka.storage.unit import Unit


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
