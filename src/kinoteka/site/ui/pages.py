"""Pages: route table entries, rendering of templates, redirects and headers.

The headers are those of OWASP's HTTP Headers Cheat Sheet. Browsers and proxies must not store pages
of signed-in users (ASVS 5, 14.3.2).
"""

import asyncio
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from time import perf_counter
from typing import Any
from urllib.parse import quote

from kinoteka.core.accounts.model import Account
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Headers, Response, empty_response
from kinoteka.http.mechanics.routes import Identity, Route, Upload
from kinoteka.http.policy.request import Request
from kinoteka.site.ui import languages, notices, style_sheets
from kinoteka.site.ui.cookies import read_cookies, set_cookie
from kinoteka.site.ui.templates import template as load_template

THEMES = ("light", "dark")
POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src {styles}; "
    "img-src 'self' data: blob: https:; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; frame-src {frames}"
)
HEADERS: Headers = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        b"gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
    (b"vary", b"accept-encoding, accept-language, cookie, hx-request, sec-fetch-site"),
]
MAX_PATH_LENGTH = 2000
COMPRESSED_FROM = 1000
# Compressing this much takes about a third of a millisecond. Larger bodies go to a thread.
MAX_COMPRESSED_IN_LOOP = 48 * 1024
GZIP_LEVEL = 2
YIELD_AFTER_SECONDS = 0.0004


def page(
    path: str,
    handler: Callable[..., Any],
    summary: str,
    *,
    query: Any = None,
    signed_in: bool = False,
    permission: str | None = None,
) -> Route:
    """Return the route of a page."""
    return Route(
        "GET",
        path,
        handler,
        summary,
        query=query,
        signed_in=signed_in,
        permission=permission,
        media_type="text/html",
        for_browsers=True,
    )


def form(
    path: str,
    handler: Callable[..., Any],
    summary: str,
    *,
    body: Any = None,
    query: Any = None,
    upload: Upload | None = None,
    signed_in: bool = True,
    permission: str | None = None,
    identity: Identity = "read",
    begins_session: bool = False,
    ends_session: bool = False,
) -> Route:
    """Return the route that receives a form; `body` is the Struct of its fields."""
    return Route(
        "POST",
        path,
        handler,
        summary,
        form=body,
        query=query,
        upload=upload,
        signed_in=signed_in,
        permission=permission,
        identity=identity,
        begins_session=begins_session,
        ends_session=ends_session,
        media_type="text/html",
        for_browsers=True,
    )


async def render(
    request: Request,
    name: str,
    *,
    part: str | None = None,
    status: int | None = None,
    frames: Sequence[str] = (),
    headers: Headers | None = None,
    **context: Any,
) -> Response:
    """Render a template; for htmx requests render only its block `part`.

    Without `status`, the status is that of the error `failed` in the context, or 200. `frames` are
    the origins that the page may embed.
    """
    choices = read_cookies(request)
    template = await load_template(locale_of(request, choices), name)
    everywhere = await _shared_context(request, choices)
    values = everywhere | context
    if part is not None and is_partial(request):
        text = await _join(template.blocks[part](template.new_context(values)))
    else:
        text = await _join(template.generate(values))
    failed = context.get("failed")
    if status is None:
        status = 200 if failed is None else failed.status
    extra = list(headers or ())
    if everywhere["notice"] is not None:
        extra.append(set_cookie(request, notices.NAME, "", 0))
    return await html_response(request, status, text, frames=frames, extra=extra)


async def html_response(
    request: Request, status: int, text: str, *, frames: Sequence[str] = (), extra: Headers
) -> Response:
    """Return an HTML response with the headers of a page, compressed if the client accepts that."""
    styles = (
        f"'self' {style_sheets.sources()}" if style_sheets.inlines_styles(request) else "'self'"
    )
    policy = POLICY.format(styles=styles, frames=" ".join(frames) or "'none'")
    headers: Headers = [*HEADERS, *extra, (b"content-language", language_of(request).encode())]
    if request.is_https:
        policy += "; upgrade-insecure-requests"
    is_known = request.actor.account_id is not None
    headers.append((b"content-security-policy", policy.encode()))
    headers.append((b"cache-control", b"private, no-store" if is_known else b"private, no-cache"))
    body = text.encode()
    body, encoding = await compress(request, body)
    return Response(status, body, [*headers, *encoding])


async def compress(request: Request, body: bytes) -> tuple[bytes, Headers]:
    """Return a body, compressed if it is long and the client accepts that, and its headers."""
    if len(body) < COMPRESSED_FROM or b"gzip" not in request.headers.get(b"accept-encoding", b""):
        return body, []
    return await _compressed(body), [(b"content-encoding", b"gzip")]


def redirect(
    request: Request, path: str, *, notice: str | None = None, extra: Headers | None = None
) -> Response:
    """Redirect to a page of the site (303), which then shows the notice with this name."""
    headers: Headers = [(b"location", quote(path, safe="/?&=#%+:@,").encode()), *(extra or ())]
    if notice is not None:
        if notice not in notices.NOTICES:
            raise KeyError(notice)
        headers.append(set_cookie(request, notices.NAME, notice, notices.SECONDS))
    return empty_response(303, headers)


def moved(request: Request, path: str) -> Response:
    """Redirect to the page that replaces the requested one (308), with the same query.

    Caches do not store the response, because a merge can be undone.
    """
    query = request.scope["query_string"]
    return empty_response(308, [(b"location", path.encode() + (b"?" + query if query else b""))])


def is_partial(request: Request) -> bool:
    """Return whether htmx requests a part of a page."""
    return b"hx-request" in request.headers and b"hx-boosted" not in request.headers


def local_path(path: str | None, otherwise: str = "/") -> str:
    """Return `path` if it is a path of this site, else `otherwise`: prevents open redirects."""
    if not path or len(path) > MAX_PATH_LENGTH or not path.startswith("/"):
        return otherwise
    if path.startswith(("//", "/\\")) or "\\" in path or not path.isprintable():
        return otherwise
    return path


def referring_path(request: Request, otherwise: str = "/") -> str:
    """Return the path of the Referer, without its host, or `otherwise` if there is none."""
    _, _, rest = (request.header(b"referer") or "").partition("://")
    return local_path("/" + rest.partition("/")[2] if rest else None, otherwise)


def language_of(request: Request) -> str:
    """Return the language of the response to a request."""
    return languages.language_of(locale_of(request))


def locale_of(request: Request, choices: Mapping[str, str] | None = None) -> str:
    """Return the locale of the response to a request: its language and how dates are written."""
    chosen = (read_cookies(request) if choices is None else choices).get("language")
    return languages.preferred(request.header(b"accept-language") or "", chosen)


def zone_of(choices: Mapping[str, str]) -> tzinfo:
    """Return the time zone from the cookie of the browser. Scripts write its slash as %2F."""
    return languages.zone(choices.get("timezone", "").replace("%2F", "/"))


def address_of(request: Request) -> str:
    """Return the path and query of the requested page."""
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"])
    return f"{path}?{query}" if query else path


async def user_of(request: Request) -> Account | None:
    """Return the signed-in account, if any."""
    if request.actor.account_id is None:
        return None
    try:
        return await request.core.accounts.get_own(request.actor, request.unit)
    except DomainError as error:
        if error.code is not Code.UNAUTHORIZED:
            raise
        return None


async def _unread(request: Request, user: Account | None) -> int:
    """Return the number of unread messages of the signed-in user."""
    if user is None:
        return 0
    try:
        return (await request.core.chats.count_unread(request.actor, request.unit)).total
    except DomainError:  # without a database, this may be the page that reports it
        return 0


async def _shared_context(request: Request, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of every template."""
    theme = choices.get("theme")
    user = await user_of(request)
    return {
        "user": user,
        "unread": await _unread(request, user),
        "avatar": request.avatar,
        "actor": request.actor,
        "may": request.actor.may,
        "theme": theme if theme in THEMES else None,
        "zone": zone_of(choices),
        "notice": notices.NOTICES.get(choices.get(notices.NAME, "")),
        "address": address_of(request),
        "path": request.scope["path"],
        "absolute": request.absolute,
        "inline_styles": style_sheets.inlines_styles(request),
        "failed": None,
        "typed": None,
    }


async def _join(pieces: Iterator[str]) -> str:
    """Join the output of a template. Yield to the event loop regularly, as long pages take time."""
    text, since = [], perf_counter()
    for piece in pieces:
        text.append(piece)
        if perf_counter() - since > YIELD_AFTER_SECONDS:
            await asyncio.sleep(0)
            since = perf_counter()
    return "".join(text)


async def _compressed(body: bytes) -> bytes:
    if len(body) > MAX_COMPRESSED_IN_LOOP:
        return await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL, mtime=0)
    return gzip.compress(body, GZIP_LEVEL, mtime=0)
