"""Pages: rows of route tables, and how a template becomes an answer.

The headers are those of OWASP's HTTP Headers Cheat Sheet. What is shown to somebody signed in is
stored nowhere (ASVS 5, 14.3.2).
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
PATH_LONGEST = 2000
WORTH_COMPRESSING = 1000
# Compressing so much takes about a third of a millisecond; more than that leaves the event loop.
COMPRESSED_AT_ONCE = 48 * 1024
QUICK = 2
TURN_SECONDS = 0.0004


def page(
    path: str,
    handler: Callable[..., Any],
    summary: str,
    *,
    query: Any = None,
    signed_in: bool = False,
    permission: str | None = None,
) -> Route:
    """A page that is looked at."""
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
    identity: Identity = "asked",
    begins_session: bool = False,
    ends_session: bool = False,
) -> Route:
    """A form that is sent; `body` is the Struct of its fields."""
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
    """The page of a template; where htmx asks, only its block `part`.

    A failure among the context gives the status, unless one is given. `frames` are the origins
    that the page may embed.
    """
    choices = read_cookies(request)
    template = await load_template(locale_of(request, choices), name)
    everywhere = await _everywhere(request, choices)
    values = everywhere | context
    if part is not None and is_partial(request):
        text = await _written(template.blocks[part](template.new_context(values)))
    else:
        text = await _written(template.generate(values))
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
    """HTML with all headers of pages, compressed where it may be."""
    styles = f"'self' {style_sheets.sources()}" if style_sheets.arrives(request) else "'self'"
    policy = POLICY.format(styles=styles, frames=" ".join(frames) or "'none'")
    headers: Headers = [*HEADERS, *extra, (b"content-language", language_of(request).encode())]
    if request.is_https:
        policy += "; upgrade-insecure-requests"
    is_known = request.actor.account_id is not None
    headers.append((b"content-security-policy", policy.encode()))
    headers.append((b"cache-control", b"private, no-store" if is_known else b"private, no-cache"))
    body = text.encode()
    if len(body) >= WORTH_COMPRESSING and b"gzip" in request.headers.get(b"accept-encoding", b""):
        headers.append((b"content-encoding", b"gzip"))
        body = await _compressed(body)
    return Response(status, body, headers)


def redirect(
    request: Request, path: str, *, notice: str | None = None, extra: Headers | None = None
) -> Response:
    """On to another page of the site (303), which says the notice of that name."""
    headers: Headers = [(b"location", quote(path, safe="/?&=#%+:@,").encode()), *(extra or ())]
    if notice is not None:
        if notice not in notices.NOTICES:
            raise KeyError(notice)
        headers.append(set_cookie(request, notices.NAME, notice, notices.SECONDS))
    return empty_response(303, headers)


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a piece of a page."""
    return b"hx-request" in request.headers and b"hx-boosted" not in request.headers


def own_path(path: str | None, otherwise: str = "/") -> str:
    """A path of this site that somebody says to go to next; any other address is `otherwise`."""
    if not path or len(path) > PATH_LONGEST or not path.startswith("/"):
        return otherwise
    if path.startswith(("//", "/\\")) or "\\" in path or not path.isprintable():
        return otherwise
    return path


def referring_path(request: Request, otherwise: str = "/") -> str:
    """The path of the page that a form was sent from; that alone, so nobody is led elsewhere."""
    _, _, rest = (request.header(b"referer") or "").partition("://")
    return own_path("/" + rest.partition("/")[2] if rest else None, otherwise)


def language_of(request: Request) -> str:
    """Return the language of the response to a request."""
    return languages.language_of(locale_of(request))


def locale_of(request: Request, choices: Mapping[str, str] | None = None) -> str:
    """Return the locale of the response to a request: its language and how dates are written."""
    chosen = (read_cookies(request) if choices is None else choices).get("language")
    return languages.preferred(request.header(b"accept-language") or "", chosen)


def zone_of(choices: Mapping[str, str]) -> tzinfo:
    """The time zone that a browser has left among its cookies; scripts write it escaped."""
    return languages.zone(choices.get("timezone", "").replace("%2F", "/"))


def address_of(request: Request) -> str:
    """The path and query of the page that is asked for."""
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"])
    return f"{path}?{query}" if query else path


async def user_of(request: Request) -> Account | None:
    """The account that is signed in."""
    if request.actor.account_id is None:
        return None
    try:
        return await request.core.accounts.get_own(request.actor, request.unit)
    except DomainError as error:
        if error.code is not Code.UNAUTHORIZED:
            raise
        return None


async def _unread(request: Request, user: Account | None) -> int:
    """How many messages wait for who is signed in."""
    if user is None:
        return 0
    try:
        return (await request.core.chats.count_unread(request.actor, request.unit)).total
    except DomainError:  # the database is away, and this may be the page that says so
        return 0


async def _everywhere(request: Request, choices: Mapping[str, str]) -> dict[str, Any]:
    """What every template has."""
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
        "arrives": style_sheets.arrives(request),
        "failed": None,
        "typed": None,
    }


async def _written(pieces: Iterator[str]) -> str:
    """What a template writes; others have their turn now and then, for a page takes its time."""
    written, since = [], perf_counter()
    for piece in pieces:
        written.append(piece)
        if perf_counter() - since > TURN_SECONDS:
            await asyncio.sleep(0)
            since = perf_counter()
    return "".join(written)


async def _compressed(body: bytes) -> bytes:
    if len(body) > COMPRESSED_AT_ONCE:
        return await asyncio.to_thread(gzip.compress, body, QUICK, mtime=0)
    return gzip.compress(body, QUICK, mtime=0)
