"""Error responses: domain errors in the dialect of a contract.

Errors that are security events are reported here. The core reports all other security events.
"""

import structlog

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Headers, Response
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.error_messages import renamed
from kinoteka.http.policy.request import Request
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


def error_response(contract: Contract, error: DomainError, route: Route | None) -> Response:
    """Return the response of a contract to a domain error."""
    if route is not None:
        error = renamed(error, route.client_names)
    response = contract.error_response(contract.error_responses[error.code], error, route)
    wait = error.parameters.get("retry_after")
    if wait is None:
        return response
    headers: Headers = [*response.headers, (b"retry-after", str(wait).encode())]
    return Response(response.status, response.body, headers)


async def request_error_response(request: Request, error: DomainError) -> Response:
    """Return the response to a domain error of a request, in the dialect of its contract."""
    report_error_response(request, error)
    contract = request.contract
    if request.route.ends_session and error.code is Code.UNAUTHORIZED:
        return signing_out.with_cookie_removed(
            request, error_response(contract, error, request.route)
        )
    if contract.request_error_response is not None:
        try:
            return await contract.request_error_response(request, error)
        except DomainError as second:  # most likely the same one, such as an unavailable database
            log.warning("an error has no page of its own", code=error.code, reason=second.code)
            await request.unit.rollback()
        except Exception:
            log.exception("an error response could not be created", code=error.code)
            await request.unit.rollback()
    return error_response(contract, error, request.route)


def report_error_response(request: Request, error: DomainError) -> None:
    """Report an error that is a security event."""
    event = EVENTS.get(error.code)
    if event is not None:
        permission = error.parameters.get("permission")
        account_id = request.actor.account_id
        report(event, account=account_id, reason=error.code.value, permission=permission)
