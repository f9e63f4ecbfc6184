"""The server: an ASGI application that takes a request from its path to its answer.

route → identity → refusal of forged requests → body and query → handler → commit → bytes.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter

import structlog

from kinoteka.core.services import Services
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics import bodies, conditional
from kinoteka.http.mechanics.body_memory import BODY_MEMORY, MEGABYTE
from kinoteka.http.mechanics.metrics import TRAFFIC, Endpoint
from kinoteka.http.mechanics.negotiation import prefers_page
from kinoteka.http.mechanics.representations import choose
from kinoteka.http.mechanics.request import HTTPS_SCHEMES
from kinoteka.http.mechanics.request_ids import HEADER, RequestIds, believes_proxies
from kinoteka.http.mechanics.request_log import log_request
from kinoteka.http.mechanics.response import (
    Headers,
    Receive,
    Response,
    Scope,
    Send,
    empty_response,
    send_response,
)
from kinoteka.http.mechanics.router import NO_ID, Router, Values, last_segment
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.mechanics.targets import Negotiated, Served, Shared, Target, first_served, replay
from kinoteka.http.mechanics.websockets import EventStream, reject_handshake, send_events
from kinoteka.http.policy import admission as guards
from kinoteka.http.policy import origins
from kinoteka.http.policy.authentication import identify, with_invalid_token
from kinoteka.http.policy.error_responses import (
    error_response,
    report_error_response,
    request_error_response,
)
from kinoteka.http.policy.handler_calls import call_handler
from kinoteka.http.policy.request import Request
from kinoteka.http.policy.response_cache import ResponseCache
from kinoteka.infrastructure.logging import REQUEST

log = structlog.get_logger()

CACHED_ADDRESS_LONGEST = 500
CLIENT_LEFT = 499
"""How an answer is counted that nobody waited for (as nginx does)."""
NOWHERE = "(unknown)"
"""How the path is counted of which there is none."""
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""A year of HTTPS only, for the host and its subdomains (OWASP ASVS 5, 3.4.1)."""


class Server:
    """Every contract behind one router."""

    def __init__(
        self,
        services: Services,
        router: Router[Target],
        sockets: Router[tuple[Contract, Route]],
        neutral: Contract,
        site: Contract | None = None,
    ) -> None:
        """Serve these; whatever has no place is refused by `neutral`, or in pages by `site`."""
        self._services = services
        self._router = router
        self._sockets = sockets
        self._neutral = neutral
        self._site = site
        self._origins = services.settings.cors_origins
        self._cache = ResponseCache(services.settings.cache_megabytes, services.revisions)
        self._ids = RequestIds(behind_proxies=believes_proxies(services.settings))
        self._nowhere = TRAFFIC.endpoint(neutral.name, NOWHERE)
        self._logs_requests = services.settings.log_requests
        self._is_https = services.settings.public_url.startswith("https://")
        TRAFFIC.cached_bytes = self._cache.size
        BODY_MEMORY.limit = services.settings.body_memory_megabytes * MEGABYTE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of ASGI's kinds http and websocket."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        extra = self._extra_headers(scope)
        if scope["method"] == "GET" and not self._logs_requests:
            response = self._cached_for_anybody(scope)
            if response is not None:
                await self._send(response, scope, send, extra)
                return
        await self._measured(scope, receive, send, extra)

    def _extra_headers(self, scope: Scope) -> Headers:
        """Return the headers of every response: its request id and, over HTTPS, HSTS."""
        request_id = (HEADER, self._ids.next(scope))
        if self._is_https or scope["scheme"] in HTTPS_SCHEMES:
            return [request_id, STRICT_TRANSPORT]
        return [request_id]

    async def _measured(self, scope: Scope, receive: Receive, send: Send, extra: Headers) -> None:
        began = perf_counter()
        method = scope["method"]
        self._note(scope, extra)
        TRAFFIC.in_flight += 1
        status = 500
        try:
            response = await self._answer(scope, receive, method)
            status = response.status
            await self._send(response, scope, send, extra)
        except (ConnectionResetError, asyncio.CancelledError) as error:
            status = CLIENT_LEFT  # before its request was whole, or before the answer was
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            seconds = perf_counter() - began
            TRAFFIC.in_flight -= 1
            scope["endpoint"].count(method, status, seconds)
            if self._logs_requests:
                log_request(scope, status, seconds)

    def _note(self, scope: Scope, extra: Headers) -> None:
        """Let the log know which request this is."""
        scope["request_id"] = extra[0][1]
        scope["endpoint"] = self._nowhere
        REQUEST.set(scope)

    async def _send(self, response: Response, scope: Scope, send: Send, extra: Headers) -> None:
        if self._origins:
            origin = dict(scope["headers"]).get(b"origin")
            allowed = origins.allow_origin(origin, self._origins)
            response = Response(
                response.status, response.body, [*response.headers, *allowed], response.stream
            )
        await send_response(response, send, extra, with_body=scope["method"] != "HEAD")

    async def _answer(self, scope: Scope, receive: Receive, method: str) -> Response:
        if not guards.names_one_host(scope):
            return error_response(self._neutral, guards.host_unclear(), None)
        found = self._router.find(scope["path"])
        if found is None and b"%2f" in scope["raw_path"].lower():
            found = self._router.find_encoded(scope["raw_path"])
        if found is None:
            return await self._refuse_anywhere(scope, receive, DomainError(Code.PATH_UNKNOWN))
        targets, values = found
        target = targets.get(method) or (targets.get("GET") if method == "HEAD" else None)
        if target is None:
            return await self._without_target(targets, method, scope, receive)
        if isinstance(target, Served):
            return await self._serve(target, values, scope, receive)
        if isinstance(target, Negotiated):
            return await self._serve_negotiated(target, values, scope, receive)
        return await self._serve_shared(target, values, scope, receive)

    def _cached_for_anybody(self, scope: Scope) -> Response | None:
        """What is cached for who shows no credentials, found without the rest of the way.

        Most of what is asked is that, and the rest of the way costs more than all of this; so does
        measuring how long it takes.
        """
        anonymous = self._services.access.cached_anonymous
        if anonymous is None:
            return None
        cached = self._cache.get((scope["path"], scope["query_string"], anonymous.labels))
        if cached is None or not cached.needs_no_identity:
            return None
        headers = dict(scope["headers"])
        if b"cookie" in headers or b"authorization" in headers or b"host" not in headers:
            return None
        if len(headers) != len(scope["headers"]):  # a header has several lines, maybe Host
            return None
        response = choose(cached.forms, headers)
        if cached.endpoint is not None:
            cached.endpoint.at_once[response.status] += 1
        return response

    async def _without_target(
        self, targets: Mapping[str, Target], method: str, scope: Scope, receive: Receive
    ) -> Response:
        served = first_served(targets)
        scope["endpoint"] = _endpoint(served.contract, served.route)
        methods = {*targets, *(("HEAD",) if "GET" in targets else ()), "OPTIONS"}
        allow = ", ".join(sorted(methods))
        if method == "OPTIONS":
            headers = dict(scope["headers"])
            extra = origins.allow_preflight(allow, headers, self._origins)
            return empty_response(204, [(b"allow", allow.encode()), *extra])
        error = DomainError(Code.METHOD_NOT_ALLOWED, allow=allow)
        if served.contract is self._site:
            response = await self._refuse_anywhere(scope, receive, error)
        else:
            response = error_response(served.contract, error, None)
        return Response(
            response.status, response.body, [*response.headers, (b"allow", allow.encode())]
        )

    async def _refuse_anywhere(
        self, scope: Scope, receive: Receive, error: DomainError
    ) -> Response:
        if self._site is None or not prefers_page(dict(scope["headers"])):
            return error_response(self._neutral, error, None)
        request = Request(scope, receive, self._services, self._site, NO_ROUTE)
        return await request_error_response(request, error)

    async def _serve_negotiated(
        self, target: Negotiated, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        scope["negotiated"] = True
        response = await self._serve_preferred(target, values, scope, receive)
        headers: Headers = [*response.headers, (b"vary", b"accept")]
        return Response(response.status, response.body, headers, response.stream, response.personal)

    async def _serve_preferred(
        self, target: Negotiated, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        if not prefers_page(dict(scope["headers"])):
            if target.takes_segment and not (values and isinstance(values[-1], str)):
                values = (last_segment(scope["path"]),)
            elif target.takes_no_id:
                values = (NO_ID,)
            return await self._serve(target.other, values, scope, receive)
        if target.page is None:
            return await self._refuse_anywhere(scope, receive, DomainError(Code.PATH_UNKNOWN))
        return await self._serve(target.page, values, scope, receive)

    async def _serve_shared(
        self, shared: Shared, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        contract = shared.otherwise.contract
        scope["endpoint"] = _endpoint(contract, shared.otherwise.route)
        request = Request(scope, receive, self._services, contract, shared.otherwise.route)
        try:
            bodies.reject_compressed(request)
            body = await bodies.read_body(request, request.json_limit)
            target = shared.choose(body)
            return await self._serve(target, values, scope, replay(body))
        except DomainError as error:
            return error_response(contract, error, shared.otherwise.route)
        finally:
            BODY_MEMORY.release(request)

    async def _serve(
        self, target: Served, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        scope["endpoint"] = _endpoint(target.contract, target.route)
        request = Request(scope, receive, self._services, target.contract, target.route)
        try:
            try:
                response = await self._handle(request, values)
            except DomainError as error:
                if not error.commits_changes:
                    raise
                response = await request_error_response(request, error)
            await request.unit.commit()
        except DomainError as error:
            await request.unit.rollback()
            response = await request_error_response(request, error)
        except (ConnectionResetError, asyncio.CancelledError):
            await request.unit.rollback()
            raise
        except Exception:
            await request.unit.rollback()
            log.exception("request failed", method=target.route.method)
            response = await request_error_response(request, DomainError(Code.INTERNAL))
        if b"if-none-match" in request.headers and not target.route.is_unsafe:
            response = conditional.respond(response, request.headers[b"if-none-match"])
        return with_invalid_token(request, response) if request.unusable_token else response

    async def _handle(self, request: Request, values: Values) -> Response:
        route = request.route
        try:
            await guards.admit(request)
        finally:
            if self._logs_requests:
                request.scope["account"] = request.actor.account_id
        if route.cached is not None:
            return await self._handle_cached(request, values, route.cached)
        return await call_handler(request, values)

    async def _handle_cached(
        self, request: Request, values: Values, revisions: tuple[str, ...]
    ) -> Response:
        path, query = request.scope["path"], request.scope["query_string"]
        key = (path, query, request.actor.labels)
        endpoint: Endpoint = request.scope["endpoint"]
        cached = self._cache.get(key)
        if cached is not None:
            endpoint.hits += 1
            return choose(cached.forms, request.headers)
        endpoint.misses += 1
        revision = self._cache.revision(revisions)
        fresh = await call_handler(request, values)
        if fresh.personal or fresh.stream is not None:
            return fresh
        if len(path) + len(query) > CACHED_ADDRESS_LONGEST:
            return fresh
        route = request.route
        is_open = not (
            route.signed_in or route.permission or route.csrf or "negotiated" in request.scope
        )
        cached = await self._cache.store(
            key, revision, revisions, fresh, endpoint, needs_no_identity=is_open
        )
        return choose(cached.forms, request.headers)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        extra = self._extra_headers(scope)
        self._note(scope, extra)
        await receive()  # the client's wish to connect
        begun = await self._open_stream(scope, receive)
        endpoint = scope["endpoint"]
        status = begun.status if isinstance(begun, Response) else 101
        endpoint.count("GET", status, perf_counter() - began)
        if self._logs_requests:
            log_request(scope, status, perf_counter() - began)
        if isinstance(begun, Response):
            await reject_handshake(scope, send, begun, extra)
            return
        TRAFFIC.sockets[endpoint.contract] += 1
        try:
            await send_events(begun, receive, send, extra)
        finally:
            TRAFFIC.sockets[endpoint.contract] -= 1

    async def _open_stream(self, scope: Scope, receive: Receive) -> EventStream | Response:
        found = self._sockets.find(scope["path"])
        if found is None:
            return error_response(self._neutral, DomainError(Code.PATH_UNKNOWN), None)
        targets, values = found
        contract, route = targets["GET"]
        scope["endpoint"] = _endpoint(contract, route)
        request = Request(scope, receive, self._services, contract, route)
        try:
            if not guards.names_one_host(scope):
                raise guards.host_unclear()
            request.actor = await identify(request)
            scope["account"] = request.actor.account_id
            # A browser sends its cookie with whatever page opens a socket, and asks nobody.
            origins.reject_forged(request)
            events: EventStream = await route.handler(request, *values)
        except DomainError as error:
            report_error_response(request, error)
            response = error_response(contract, error, route)
            return with_invalid_token(request, response) if request.unusable_token else response
        except Exception:
            log.exception("socket failed")
            return error_response(contract, DomainError(Code.INTERNAL), route)
        return events


async def _nothing(request: Request) -> None:
    """What is at no path."""


NO_ROUTE = Route("GET", NOWHERE, _nothing, "Nothing")


def _endpoint(contract: Contract, route: Route) -> Endpoint:
    return TRAFFIC.endpoint(contract.name, route.path)
