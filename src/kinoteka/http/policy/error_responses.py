"""Error responses: a domain error in the dialect of the contract that it concerns.

Refusals that are security events are reported here; the core reports all other ones.
"""

import structlog

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer, Headers
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.error_messages import renamed
from kinoteka.http.policy.request import Call
from kinoteka.infrastructure.security_events import SecurityEvent, report

log = structlog.get_logger()

EVENTS = {
    Code.FORBIDDEN: SecurityEvent.FORBIDDEN,
    Code.CHAT_FORBIDDEN: SecurityEvent.FORBIDDEN,
    Code.MESSAGE_FORBIDDEN: SecurityEvent.FORBIDDEN,
    Code.SIGN_IN_AGAIN: SecurityEvent.FORBIDDEN,
    Code.CROSS_ORIGIN: SecurityEvent.CSRF_REJECTED,
    Code.CSRF_MISSING: SecurityEvent.CSRF_REJECTED,
    Code.CSRF_WRONG: SecurityEvent.CSRF_REJECTED,
}


def refuse(contract: Contract, error: DomainError, route: Route | None) -> Answer:
    """A domain error as its contract's answer."""
    if route is not None:
        error = renamed(error, route.called)
    answer = contract.refuse(contract.refusals[error.code], error, route)
    wait = error.parameters.get("retry_after")
    if wait is None:
        return answer
    headers: Headers = [*answer.headers, (b"retry-after", str(wait).encode())]
    return Answer(answer.status, answer.body, headers)


async def refuse_call(call: Call, error: DomainError) -> Answer:
    """A domain error as the answer of the call's contract, which may want to see the call."""
    report_refusal(call, error)
    contract = call.contract
    if call.route.ends_session and error.code is Code.UNAUTHORIZED:
        return signing_out.with_cookie_removed(call, refuse(contract, error, call.route))
    if contract.refuse_call is not None:
        try:
            return await contract.refuse_call(call, error)
        except DomainError as second:  # most likely the same: the database is away, say
            log.warning("an error has no page of its own", code=error.code, reason=second.code)
            await call.unit.rollback()
        except Exception:
            log.exception("refusal failed", code=error.code)
            await call.unit.rollback()
    return refuse(contract, error, call.route)


def report_refusal(call: Call, error: DomainError) -> None:
    """Report a refusal that is a security event."""
    event = EVENTS.get(error.code)
    if event is not None:
        permission = error.parameters.get("permission")
        account_id = call.actor.account_id
        report(event, account=account_id, reason=error.code.value, permission=permission)
