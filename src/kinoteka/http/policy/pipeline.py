"""The server: an ASGI application that takes a request from its path to its answer.

route → identity → refusal of forged requests → body and query → handler → commit → bytes.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter

import structlog

from kinoteka.core.services import Services
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics import bodies, conditional, forms
from kinoteka.http.mechanics.body_memory import BODY_MEMORY, MEGABYTE
from kinoteka.http.mechanics.metrics import TRAFFIC, Endpoint
from kinoteka.http.mechanics.multipart import received_upload
from kinoteka.http.mechanics.negotiation import prefers_page
from kinoteka.http.mechanics.representations import choose
from kinoteka.http.mechanics.request_ids import HEADER, RequestIds, believes_proxies
from kinoteka.http.mechanics.request_log import log_request
from kinoteka.http.mechanics.response import (
    Answer,
    Headers,
    Receive,
    Scope,
    Send,
    empty_answer,
    send_answer,
    shaped_answer,
)
from kinoteka.http.mechanics.router import NO_ID, Router, Values, last_segment
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.mechanics.targets import Negotiated, Served, Shared, Target, first_served, replay
from kinoteka.http.mechanics.websockets import Following, follow, refuse_handshake
from kinoteka.http.policy import admission as guards
from kinoteka.http.policy import origins
from kinoteka.http.policy.authentication import identify, with_invalid_token
from kinoteka.http.policy.error_responses import refuse, refuse_call, report_refusal
from kinoteka.http.policy.request import Call
from kinoteka.http.policy.response_cache import AnswerCache
from kinoteka.infrastructure.logging import REQUEST

log = structlog.get_logger()

CACHED_ADDRESS_LONGEST = 500
CLIENT_LEFT = 499
"""How an answer is counted that nobody waited for (as nginx does)."""
NOWHERE = "(unknown)"
"""How the path is counted of which there is none."""
HTTPS_SCHEMES = ("https", "wss")
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
        self._cache = AnswerCache(services.settings.cache_megabytes, services.revisions)
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
            answer = self._cached_for_anybody(scope)
            if answer is not None:
                await self._send(answer, scope, send, extra)
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
            answer = await self._answer(scope, receive, method)
            status = answer.status
            await self._send(answer, scope, send, extra)
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

    async def _send(self, answer: Answer, scope: Scope, send: Send, extra: Headers) -> None:
        if self._origins:
            origin = dict(scope["headers"]).get(b"origin")
            allowed = origins.allow_origin(origin, self._origins)
            answer = Answer(answer.status, answer.body, [*answer.headers, *allowed], answer.stream)
        await send_answer(answer, send, extra, with_body=scope["method"] != "HEAD")

    async def _answer(self, scope: Scope, receive: Receive, method: str) -> Answer:
        if not guards.names_one_host(scope):
            return refuse(self._neutral, guards.host_unclear(), None)
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

    def _cached_for_anybody(self, scope: Scope) -> Answer | None:
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
        answer = choose(cached.forms, headers)
        if cached.endpoint is not None:
            cached.endpoint.at_once[answer.status] += 1
        return answer

    async def _without_target(
        self, targets: Mapping[str, Target], method: str, scope: Scope, receive: Receive
    ) -> Answer:
        served = first_served(targets)
        scope["endpoint"] = _endpoint(served.contract, served.route)
        methods = {*targets, *(("HEAD",) if "GET" in targets else ()), "OPTIONS"}
        allow = ", ".join(sorted(methods))
        if method == "OPTIONS":
            headers = dict(scope["headers"])
            extra = origins.allow_preflight(allow, headers, self._origins)
            return empty_answer(204, [(b"allow", allow.encode()), *extra])
        error = DomainError(Code.METHOD_NOT_ALLOWED, allow=allow)
        if served.contract is self._site:
            answer = await self._refuse_anywhere(scope, receive, error)
        else:
            answer = refuse(served.contract, error, None)
        return Answer(answer.status, answer.body, [*answer.headers, (b"allow", allow.encode())])

    async def _refuse_anywhere(self, scope: Scope, receive: Receive, error: DomainError) -> Answer:
        if self._site is None or not prefers_page(dict(scope["headers"])):
            return refuse(self._neutral, error, None)
        call = Call(scope, receive, self._services, self._site, NO_ROUTE)
        return await refuse_call(call, error)

    async def _serve_negotiated(
        self, target: Negotiated, values: Values, scope: Scope, receive: Receive
    ) -> Answer:
        scope["negotiated"] = True
        answer = await self._serve_preferred(target, values, scope, receive)
        headers: Headers = [*answer.headers, (b"vary", b"accept")]
        return Answer(answer.status, answer.body, headers, answer.stream, answer.personal)

    async def _serve_preferred(
        self, target: Negotiated, values: Values, scope: Scope, receive: Receive
    ) -> Answer:
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
    ) -> Answer:
        contract = shared.otherwise.contract
        scope["endpoint"] = _endpoint(contract, shared.otherwise.route)
        call = Call(scope, receive, self._services, contract, shared.otherwise.route)
        try:
            bodies.refuse_compressed(call)
            limit = self._services.settings.json_limit_kilobytes * 1024
            body = await bodies.read_body(call, limit)
            target = shared.choose(body)
            return await self._serve(target, values, scope, replay(body))
        except DomainError as error:
            return refuse(contract, error, shared.otherwise.route)
        finally:
            BODY_MEMORY.release(call)

    async def _serve(
        self, target: Served, values: Values, scope: Scope, receive: Receive
    ) -> Answer:
        scope["endpoint"] = _endpoint(target.contract, target.route)
        call = Call(scope, receive, self._services, target.contract, target.route)
        try:
            try:
                answer = await self._handle(call, values)
            except DomainError as error:
                if not error.keeps_changes:
                    raise
                answer = await refuse_call(call, error)
            await call.unit.commit()
        except DomainError as error:
            await call.unit.rollback()
            answer = await refuse_call(call, error)
        except (ConnectionResetError, asyncio.CancelledError):
            await call.unit.rollback()
            raise
        except Exception:
            await call.unit.rollback()
            log.exception("request failed", method=target.route.method)
            answer = await refuse_call(call, DomainError(Code.INTERNAL))
        if b"if-none-match" in call.headers:
            answer = _conditional(call, answer)
        return with_invalid_token(call, answer) if call.unusable_token else answer

    async def _handle(self, call: Call, values: Values) -> Answer:
        route = call.route
        try:
            await guards.admit(call)
        finally:
            if self._logs_requests:
                call.scope["account"] = call.actor.account_id
        if route.cached is not None:
            return await self._handle_cached(call, values, route.cached)
        return await run_handler(call, values)

    async def _handle_cached(
        self, call: Call, values: Values, revisions: tuple[str, ...]
    ) -> Answer:
        path, query = call.scope["path"], call.scope["query_string"]
        key = (path, query, call.actor.labels)
        endpoint: Endpoint = call.scope["endpoint"]
        cached = self._cache.get(key)
        if cached is not None:
            endpoint.hits += 1
            return choose(cached.forms, call.headers)
        endpoint.misses += 1
        revision = self._cache.revision(revisions)
        fresh = await run_handler(call, values)
        if fresh.personal or fresh.stream is not None:
            return fresh
        if len(path) + len(query) > CACHED_ADDRESS_LONGEST:
            return fresh
        route = call.route
        is_open = not (
            route.signed_in or route.permission or route.csrf or "negotiated" in call.scope
        )
        cached = await self._cache.set(
            key, revision, revisions, fresh, endpoint, needs_no_identity=is_open
        )
        return choose(cached.forms, call.headers)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        extra = self._extra_headers(scope)
        self._note(scope, extra)
        await receive()  # the client's wish to connect
        begun = await self._begin_following(scope, receive)
        endpoint = scope["endpoint"]
        status = begun.status if isinstance(begun, Answer) else 101
        endpoint.count("GET", status, perf_counter() - began)
        if self._logs_requests:
            log_request(scope, status, perf_counter() - began)
        if isinstance(begun, Answer):
            await refuse_handshake(scope, send, begun, extra)
            return
        TRAFFIC.sockets[endpoint.contract] += 1
        try:
            await follow(begun, receive, send, extra)
        finally:
            TRAFFIC.sockets[endpoint.contract] -= 1

    async def _begin_following(self, scope: Scope, receive: Receive) -> Following | Answer:
        found = self._sockets.find(scope["path"])
        if found is None:
            return refuse(self._neutral, DomainError(Code.PATH_UNKNOWN), None)
        targets, values = found
        contract, route = targets["GET"]
        scope["endpoint"] = _endpoint(contract, route)
        call = Call(scope, receive, self._services, contract, route)
        try:
            if not guards.names_one_host(scope):
                raise guards.host_unclear()
            call.actor = await identify(call)
            scope["account"] = call.actor.account_id
            # A browser sends its cookie with whatever page opens a socket, and asks nobody.
            origins.refuse_forged(call)
            following: Following = await route.handler(call, *values)
        except DomainError as error:
            report_refusal(call, error)
            answer = refuse(contract, error, route)
            return with_invalid_token(call, answer) if call.unusable_token else answer
        except Exception:
            log.exception("socket failed")
            return refuse(contract, DomainError(Code.INTERNAL), route)
        return following


async def _nothing(call: Call) -> None:
    """What is at no path."""


def _conditional(call: Call, answer: Answer) -> Answer:
    """Return 304 if a client of a safe method already has this response."""
    if call.route.is_unsafe:
        return answer
    return conditional.respond(answer, call.headers[b"if-none-match"])


NO_ROUTE = Route("GET", NOWHERE, _nothing, "Nothing")


def _endpoint(contract: Contract, route: Route) -> Endpoint:
    return TRAFFIC.endpoint(contract.name, route.path)


async def run_handler(call: Call, values: Values) -> Answer:
    """Read what the route wants of the request and call its handler."""
    route = call.route
    arguments: list[object] = list(values)
    if route.query is not None:
        read = forms.read_page_query if route.for_browsers else bodies.read_query
        arguments.append(read(call, route.query))
    try:
        if route.body is not None:
            read_body = forms.read_json_or_form if call.contract.takes_forms else bodies.read_json
            arguments.append(await read_body(call, route.body, required=route.body_required))
        if route.form is not None:
            arguments.append(await forms.read_form(call, route.form))
        if route.upload is not None:
            async with received_upload(call, route.upload) as file:
                result = await route.handler(call, *arguments, file)
        else:
            result = await route.handler(call, *arguments)
    finally:
        if call.held_bytes:
            BODY_MEMORY.release(call)
    answer = result if isinstance(result, Answer) else shaped_answer(route.status, result)
    if call.added_headers:
        answer.headers = [*answer.headers, *call.added_headers]
    return answer
