"""The pipeline: an ASGI application that takes a request from its path to its response.

route → authentication → authorization → body and query → handler → commit → bytes
"""

import asyncio
from collections.abc import Mapping

import structlog

from kinoteka.core.services import Services
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics import bodies, conditional
from kinoteka.http.mechanics.body_memory import BODY_MEMORY, MEGABYTE
from kinoteka.http.mechanics.endpoints import (
    Endpoint,
    EndpointsByKey,
    NegotiatedEndpoints,
    Target,
    default_endpoint,
    replay,
)
from kinoteka.http.mechanics.metrics import UNKNOWN_ROUTE
from kinoteka.http.mechanics.negotiation import prefers_page
from kinoteka.http.mechanics.representations import accepts_gzip
from kinoteka.http.mechanics.request import headers_of, names_one_host
from kinoteka.http.mechanics.request_log import ACCOUNT
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
from kinoteka.http.policy.authentication import with_invalid_token
from kinoteka.http.policy.authorization import authorize
from kinoteka.http.policy.cors import allow_preflight
from kinoteka.http.policy.error_responses import error_response, request_error_response
from kinoteka.http.policy.handler_calls import call_handler
from kinoteka.http.policy.request import Request
from kinoteka.http.policy.response_cache import (
    MISSING_KEY,
    Entry,
    ResponseCache,
    represent_for,
)
from kinoteka.http.policy.websockets import serve_websocket
from kinoteka.infrastructure.logging import ENDPOINT, REQUEST

log = structlog.get_logger()

MAX_CACHED_ADDRESS_LENGTH = 500
NEGOTIATED = "kinoteka.negotiated"
"""The key of a scope whose endpoint was chosen by its Accept header."""


class Pipeline:
    """Serves the endpoints of all contracts.

    `fallback` is the contract that responds at unknown paths. If there is a `site`, it responds
    to browsers there.
    """

    def __init__(
        self,
        services: Services,
        cache: ResponseCache,
        router: Router[Target],
        sockets: Router[Endpoint],
        fallback: Contract,
        site: Contract | None = None,
    ) -> None:
        self._services = services
        self._cache = cache
        self._router = router
        self._sockets = sockets
        self._fallback = fallback
        self._site = site
        self._logs_requests = services.settings.log_requests
        BODY_MEMORY.limit = services.settings.body_memory_megabytes * MEGABYTE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the kinds http and websocket."""
        REQUEST.set(scope)
        if scope["type"] == "websocket":
            found = self._sockets.find(scope["path"])
            await serve_websocket(scope, receive, send, self._services, self._fallback, found)
            return
        await send_response(await self._respond(scope, receive), scope, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        if not names_one_host(scope):
            error = field_invalid("Host", "exactly one such header is needed")
            return error_response(self._fallback, error, None)
        found = self._router.find(scope["path"])
        if found is None and b"%2f" in scope["raw_path"].lower():
            found = self._router.find_encoded(scope["raw_path"])
        if found is None:
            return await self._fallback_response(scope, receive, DomainError(Code.PATH_UNKNOWN))
        targets, values = found
        method = scope["method"]
        target = targets.get(method) or (targets.get("GET") if method == "HEAD" else None)
        if isinstance(target, Endpoint):
            return await self._serve(target, values, scope, receive)
        if isinstance(target, NegotiatedEndpoints):
            return await self._serve_negotiated(target, values, scope, receive)
        if isinstance(target, EndpointsByKey):
            return await self._serve_by_key(target, values, scope, receive)
        return await self._respond_to_other_method(targets, scope, receive)

    async def _respond_to_other_method(
        self, targets: Mapping[str, Target], scope: Scope, receive: Receive
    ) -> Response:
        endpoint = default_endpoint(targets)
        _note(scope, endpoint)
        methods = {*targets, *(("HEAD",) if "GET" in targets else ()), "OPTIONS"}
        allow = ", ".join(sorted(methods))
        if scope["method"] == "OPTIONS":
            allowed_origins = self._services.settings.cors_origins
            extra = allow_preflight(allow, headers_of(scope), allowed_origins)
            return empty_response(204, [(b"allow", allow.encode()), *extra])
        error = DomainError(Code.METHOD_NOT_ALLOWED, allow=allow)
        if endpoint.contract is self._site:
            response = await self._fallback_response(scope, receive, error)
        else:
            response = error_response(endpoint.contract, error, None)
        headers: Headers = [*response.headers, (b"allow", allow.encode())]
        return Response(response.status, response.body, headers)

    async def _fallback_response(
        self, scope: Scope, receive: Receive, error: DomainError
    ) -> Response:
        """Return the response to a request that no endpoint serves: a page for a browser."""
        if self._site is None or not prefers_page(headers_of(scope)):
            return error_response(self._fallback, error, None)
        request = Request(scope, receive, self._services, self._site, NO_ROUTE)
        return await request_error_response(request, error)

    async def _serve_negotiated(
        self, target: NegotiatedEndpoints, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        scope[NEGOTIATED] = True
        response = await self._serve_preferred(target, values, scope, receive)
        headers: Headers = [*response.headers, (b"vary", b"accept")]
        return Response(response.status, response.body, headers, response.stream, response.personal)

    async def _serve_preferred(
        self, target: NegotiatedEndpoints, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        if not prefers_page(headers_of(scope)):
            if target.api_takes_segment and not (values and isinstance(values[-1], str)):
                values = (last_segment(scope["path"]),)
            elif target.api_gets_no_id:
                values = (NO_ID,)
            return await self._serve(target.api, values, scope, receive)
        if target.page is None:
            return await self._fallback_response(scope, receive, DomainError(Code.PATH_UNKNOWN))
        return await self._serve(target.page, values, scope, receive)

    async def _serve_by_key(
        self, target: EndpointsByKey, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        contract, route = target.default.contract, target.default.route
        _note(scope, target.default)
        request = Request(scope, receive, self._services, contract, route)
        try:
            bodies.reject_compressed(request)
            body = await bodies.read_body(request, request.json_limit)
            endpoint = target.choose(body)
            return await self._serve(endpoint, values, scope, replay(body))
        except DomainError as error:
            return error_response(contract, error, route)
        finally:
            BODY_MEMORY.release(request)

    async def _serve(
        self, endpoint: Endpoint, values: Values, scope: Scope, receive: Receive
    ) -> Response:
        """Return the response of an endpoint once the unit of work has been committed."""
        _note(scope, endpoint)
        request = Request(scope, receive, self._services, endpoint.contract, endpoint.route)
        try:
            try:
                try:
                    await authorize(request)
                finally:
                    if self._logs_requests:
                        scope[ACCOUNT] = request.actor.account_id
                if endpoint.route.cached is None:
                    response = await call_handler(request, values)
                else:
                    response = await self._cached_response(request, endpoint, values)
            except DomainError as error:
                if not error.commits_changes:
                    raise
                response = await request_error_response(request, error)
            if request.unit.has_work:
                await request.unit.commit()
        except DomainError as error:
            await request.unit.rollback()
            response = await request_error_response(request, error)
        except (ConnectionResetError, asyncio.CancelledError):
            await request.unit.rollback()
            raise
        except Exception:
            await request.unit.rollback()
            log.exception("request failed", method=endpoint.route.method)
            response = await request_error_response(request, DomainError(Code.INTERNAL))
        if b"if-none-match" in request.headers:
            response = _conditional(request, response)
        return with_invalid_token(request, response) if request.unusable_token else response

    async def _cached_response(
        self, request: Request, endpoint: Endpoint, values: Values
    ) -> Response:
        """Return the cached response, or call the handler and perhaps cache its response."""
        path, query = request.scope["path"], request.scope["query_string"]
        gzip = accepts_gzip(request.headers)
        key = (path, query, request.actor.labels, gzip)
        cached = None if request.scope.get(MISSING_KEY) == key else self._cache.get(key)
        if cached is not None:
            endpoint.metrics.hits += 1
            return cached.form.choose(request.headers)
        endpoint.metrics.misses += 1
        revisions = endpoint.route.cached or ()
        revision = self._cache.revision(revisions)
        fresh = await call_handler(request, values)
        if fresh.personal or fresh.stream is not None:
            return fresh
        if len(path) + len(query) > MAX_CACHED_ADDRESS_LENGTH:
            return fresh
        form = await represent_for(gzip, fresh)
        if self._cache.is_repeated(key):
            is_open = NEGOTIATED not in request.scope and _needs_no_identity(endpoint.route)
            self._cache.store(key, Entry(form, endpoint, is_open), revision, revisions)
        return form.choose(request.headers)


def _needs_no_identity(route: Route) -> bool:
    return not (route.signed_in or route.permission or route.csrf)


async def _do_nothing(request: Request) -> None:
    """Handle no request."""


NO_ROUTE = Route("GET", UNKNOWN_ROUTE, _do_nothing, "Nothing")


def _note(scope: Scope, endpoint: Endpoint) -> None:
    """Store in the scope which endpoint serves it: for tracing, metrics and the log."""
    scope["route"] = endpoint.route
    scope["endpoint"] = endpoint.route.handler
    scope[ENDPOINT] = endpoint.metrics


def _conditional(request: Request, response: Response) -> Response:
    """Return 304 if a client of a safe method already has this response."""
    if request.route.is_unsafe:
        return response
    return conditional.respond(response, request.headers[b"if-none-match"])
