"""WebSocket handshakes: authentication, and the handler that returns an event stream."""

from collections.abc import Mapping

import structlog

from kinoteka.core.services import Services
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.request import names_one_host
from kinoteka.http.mechanics.request_log import ACCOUNT
from kinoteka.http.mechanics.response import Receive, Response, Scope, Send
from kinoteka.http.mechanics.router import Values
from kinoteka.http.mechanics.routes import Contract
from kinoteka.http.mechanics.websockets import EventStream, reject_handshake, send_events
from kinoteka.http.policy.authentication import identify, with_invalid_token
from kinoteka.http.policy.error_responses import error_response, report_error_response
from kinoteka.http.policy.origins import reject_forged
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.logging import ENDPOINT

log = structlog.get_logger()


async def serve_websocket(
    scope: Scope,
    receive: Receive,
    send: Send,
    services: Services,
    fallback: Contract,
    found: tuple[Mapping[str, Endpoint], Values] | None,
) -> None:
    """Serve a WebSocket at the endpoint that the router has found.

    If it has found none, `fallback` responds.
    """
    await receive()  # the event `websocket.connect`
    if found is None:
        error = DomainError(Code.PATH_UNKNOWN)
        await reject_handshake(scope, send, error_response(fallback, error, None))
        return
    targets, values = found
    endpoint = targets["GET"]
    scope["route"] = endpoint.route
    scope["endpoint"] = endpoint.route.handler
    scope[ENDPOINT] = endpoint.metrics
    request = Request(scope, receive, services, endpoint.contract, endpoint.route)
    opened = await _open_stream(request, values)
    if isinstance(opened, Response):
        await reject_handshake(scope, send, opened)
    else:
        await send_events(opened, scope, receive, send)


async def _open_stream(request: Request, values: Values) -> EventStream | Response:
    contract, route = request.contract, request.route
    try:
        if not names_one_host(request.scope):
            raise field_invalid("Host", "exactly one such header is needed")
        request.actor = await identify(request)
        request.scope[ACCOUNT] = request.actor.account_id
        # A page of any origin may open a WebSocket, and the browser sends its cookie along.
        reject_forged(request)
        stream: EventStream = await route.handler(request, *values)
    except DomainError as error:
        report_error_response(request, error)
        response = error_response(contract, error, route)
        return with_invalid_token(request, response) if request.unusable_token else response
    except Exception:
        log.exception("a WebSocket failed to open")
        return error_response(contract, DomainError(Code.INTERNAL), route)
    return stream
