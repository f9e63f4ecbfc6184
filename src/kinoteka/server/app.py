"""The composition root: the only place that wires parts together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from kinoteka.contracts.account import routes as account
from kinoteka.contracts.authservice import routes as authservice
from kinoteka.contracts.cinema import routes as cinema
from kinoteka.contracts.filmsite import routes as filmsite
from kinoteka.contracts.messenger import routes as messenger
from kinoteka.core.access.service import Access
from kinoteka.core.accounts.avatars import Avatars
from kinoteka.core.accounts.password_strength import PasswordStrength
from kinoteka.core.accounts.passwords import PasswordHashing
from kinoteka.core.accounts.people import People
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.audit_reader.service import AuditReader
from kinoteka.core.catalogue.facets.service import Facets
from kinoteka.core.catalogue.labels import Labels
from kinoteka.core.catalogue.people_search import PeopleSearch
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.chats.model import ChatEvent, MessageEvent, ReadReceipt
from kinoteka.core.chats.search import MessageSearch
from kinoteka.core.chats.service import Chats
from kinoteka.core.export.film_lists import FilmLists
from kinoteka.core.export.service import Export
from kinoteka.core.film_editing.service import FilmEditing
from kinoteka.core.film_lookup.service import FilmLookup
from kinoteka.core.film_merging.service import FilmMerging
from kinoteka.core.film_posters.service import FilmPosters
from kinoteka.core.film_splitting.service import FilmSplitting
from kinoteka.core.genre_editing.service import GenreEditing
from kinoteka.core.import_runs.service import ImportRuns
from kinoteka.core.import_runs.uploads import ImportUploads
from kinoteka.core.jobs.service import Jobs
from kinoteka.core.library.bookmarks import Bookmarks
from kinoteka.core.library.selection_lists import SelectionLists
from kinoteka.core.library.selection_search import SelectionSearch
from kinoteka.core.library.selections import Selections
from kinoteka.core.media.service import Media
from kinoteka.core.media.upload_limits import Uploads
from kinoteka.core.members.service import Members
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.services import Services
from kinoteka.core.sessions.actors import Actors
from kinoteka.core.sessions.credential_changes import CredentialChanges
from kinoteka.core.sessions.csrf import CsrfTokens
from kinoteka.core.sessions.devices import Devices
from kinoteka.core.sessions.guess_limits import GuessLimits
from kinoteka.core.sessions.known_devices import KnownDevices
from kinoteka.core.sessions.own_sessions import OwnSessions
from kinoteka.core.sessions.password_proofs import PasswordProofs
from kinoteka.core.sessions.service import Sessions
from kinoteka.core.sessions.sign_in_history import SignInHistory
from kinoteka.core.tokens.service import Tokens
from kinoteka.core.tokens.signing import SigningKey
from kinoteka.database import film_search as search
from kinoteka.database.engines import open_database
from kinoteka.database.revisions import Revisions
from kinoteka.http.mechanics.endpoints import Endpoint, EndpointsByKey, Target
from kinoteka.http.mechanics.metrics import TRAFFIC, UNKNOWN_ROUTE, MetricsMiddleware
from kinoteka.http.mechanics.request_ids import RequestIdMiddleware
from kinoteka.http.mechanics.request_log import log_request
from kinoteka.http.mechanics.response import ASGIApplication, Receive, Scope, Send
from kinoteka.http.mechanics.router import Router
from kinoteka.http.mechanics.routes import Contract
from kinoteka.http.mechanics.strict_transport import StrictTransportMiddleware
from kinoteka.http.mechanics.trusted_proxies import behind_proxies, trusts_proxies
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.anonymous_cache import AnonymousCacheMiddleware
from kinoteka.http.policy.cors import CorsMiddleware
from kinoteka.http.policy.pipeline import Pipeline
from kinoteka.http.policy.response_cache import ResponseCache
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import close_step
from kinoteka.realtime.bus import NoBus, open_bus
from kinoteka.realtime.fanout import FanOut, LocalFanOut, SharedFanOut
from kinoteka.realtime.rate_windows import open_windows
from kinoteka.server.api_documents import Documentation
from kinoteka.server.health import Health
from kinoteka.server.jobs import BackgroundJobs
from kinoteka.server.media import Pictures
from kinoteka.server.metrics import Metrics
from kinoteka.server.routing import add_contract, add_pages
from kinoteka.site.contract import SITE

log = structlog.get_logger()

CONTRACTS: tuple[Contract, ...] = (
    filmsite.CONTRACT,
    account.CONTRACT,
    messenger.CONTRACT,
    authservice.CONTRACT,
    cinema.CONTRACT,
)
MIDDLEWARES: list[Callable[[ASGIApplication], ASGIApplication]] = []
"""Further middlewares around everything, for tracing. A start script adds them (operations.md)."""

# How long each step of closing may take, because a process must stop in time (process.py).
MEDIA_CLOSE_SECONDS = 4.0
BUS_CLOSE_SECONDS = 5.0
THROTTLE_CLOSE_SECONDS = 4.0
DATABASE_CLOSE_SECONDS = 6.0


async def wire(settings: Settings) -> Services:
    """Create all services for the settings' database, which must be migrated.

    Raises:
        DomainError(BUSY): PostgreSQL cannot be reached.
    """
    database = await open_database(settings)
    keyring = Keyring.load(settings.data, settings.secret_key)
    bus = open_bus(settings, keyring)
    revisions = await Revisions.load(database, bus)
    throttle = Throttle(await open_windows(settings, keyring, bus), settings.ipv6_site_factor)
    hashing = PasswordHashing(settings.hashing_threads, settings.hashing_queue)
    access = Access(revisions, settings.catalogue_language)
    catalogue = Catalogue(settings, revisions, throttle, access, search)
    accounts = Accounts(settings, revisions, throttle, hashing, catalogue)
    actors = Actors(settings, keyring, revisions, access)
    sign_in_history = SignInHistory()
    devices = KnownDevices(settings, keyring)
    limits = GuessLimits(settings, keyring, throttle, devices)
    sessions = Sessions(
        settings, keyring, revisions, limits, devices, access, accounts, actors, sign_in_history
    )
    proofs = PasswordProofs(settings, sessions)
    credentials = CredentialChanges(limits, devices, accounts, sessions, proofs)
    own_sessions = OwnSessions(settings, sessions, actors, proofs, credentials)
    tokens = Tokens(
        settings, keyring, SigningKey.load(settings.data, settings.signing_key), sessions, actors
    )
    is_single = isinstance(bus, NoBus)
    messages: FanOut[ChatEvent] = LocalFanOut() if is_single else SharedFanOut(bus, MessageEvent)
    receipts: FanOut[ChatEvent] = (
        LocalFanOut() if is_single else SharedFanOut(bus, ReadReceipt, "read")
    )
    chats = Chats(settings, throttle, accounts, messages, receipts)
    selections = Selections(revisions, catalogue)
    media = Media(settings)
    uploads = Uploads(settings, throttle)
    avatars = Avatars(accounts, media)
    film_editing = FilmEditing(revisions, access, catalogue)
    accounts.before_delete(chats.delete_abandoned)
    accounts.before_delete(avatars.remove)
    accounts.before_delete(selections.delete_all_of)
    sessions.on_end(chats.listeners.end_session)
    revisions.on_foreign_change(
        "sessions", chats.listeners.require_session_check, chats.listeners.end_session
    )
    import_runs = ImportRuns(settings, uploads, database)
    return Services(
        settings=settings,
        database=database,
        bus=bus,
        revisions=revisions,
        throttle=throttle,
        audit=AuditReader(settings, catalogue, selections),
        access=access,
        accounts=accounts,
        members=Members(settings, throttle, accounts, actors, sessions),
        people=People(accounts),
        avatars=avatars,
        uploads=uploads,
        password_strength=PasswordStrength(settings, throttle),
        actors=actors,
        sign_in_history=sign_in_history,
        sessions=sessions,
        own_sessions=own_sessions,
        devices=Devices(),
        credentials=credentials,
        csrf=CsrfTokens(keyring),
        tokens=tokens,
        chats=chats,
        message_search=MessageSearch(settings, throttle),
        catalogue=catalogue,
        labels=Labels(revisions, access),
        facets=Facets(settings, revisions, throttle, access),
        people_search=PeopleSearch(revisions, search),
        selection_search=SelectionSearch(revisions, selections),
        bookmarks=Bookmarks(catalogue),
        selections=selections,
        selection_lists=SelectionLists(selections),
        media=media,
        export=Export(settings, throttle, accounts, own_sessions, catalogue),
        film_lists=FilmLists(settings, throttle),
        film_editing=film_editing,
        film_lookup=FilmLookup(settings, throttle),
        film_merging=FilmMerging(revisions, film_editing),
        genre_editing=GenreEditing(revisions),
        film_splitting=FilmSplitting(revisions, film_editing),
        film_posters=FilmPosters(settings, database, media, film_editing),
        import_runs=import_runs,
        import_uploads=ImportUploads(settings.data, import_runs),
        jobs=Jobs(),
    )


async def close(services: Services) -> None:
    """Finish work in progress and close all services within a time limit."""
    services.accounts.hashing.close()
    services.password_strength.close()
    steps = (
        ("pictures", asyncio.to_thread(services.media.close), MEDIA_CLOSE_SECONDS),
        ("bus", services.bus.close(), BUS_CLOSE_SECONDS),
        ("rate limits", services.throttle.close(), THROTTLE_CLOSE_SECONDS),
    )
    await asyncio.gather(*(close_step(*step) for step in steps))
    await close_step("database", services.database.close(), DATABASE_CLOSE_SECONDS)


def compose() -> tuple[Router[Target], Router[Endpoint]]:
    """Return a router of all contracts and the site, and one of their WebSockets."""
    router: Router[Target] = Router()
    sockets: Router[Endpoint] = Router()
    for contract in (*CONTRACTS, NEUTRAL):
        add_contract(router, sockets, contract, except_for=("POST", "/login"))
    # `POST /login` is messenger's with the key `email` and account's with `login`.
    by_email = Endpoint(messenger.CONTRACT, messenger.SIGN_IN)
    by_login = Endpoint(account.CONTRACT, account.SIGN_IN)
    by_key = {"email": by_email, "login": by_login}
    router.add("POST", "/login", EndpointsByKey(by_key, default=by_email))
    add_pages(router, sockets, SITE)
    return router, sockets


def asgi_application(
    services: Services,
    router: Router[Target],
    sockets: Router[Endpoint],
    site: Contract | None = None,
) -> ASGIApplication:
    """Return the pipeline of these routes with all middlewares around it."""
    settings = services.settings
    cache = ResponseCache(settings.cache_megabytes, services.revisions)
    TRAFFIC.cached_bytes = cache.size
    unknown = TRAFFIC.endpoint(NEUTRAL.name, UNKNOWN_ROUTE)
    application: ASGIApplication = Pipeline(services, cache, router, sockets, NEUTRAL, site)
    if settings.log_requests:  # every request is logged, so none may bypass the log
        application = MetricsMiddleware(application, unknown, log_request)
    else:
        application = MetricsMiddleware(application, unknown)
        application = AnonymousCacheMiddleware(application, cache, services.access)
    if settings.cors_origins:
        application = CorsMiddleware(application, settings.cors_origins)
    is_https = settings.public_url.startswith("https://")
    if is_https or trusts_proxies(settings):  # otherwise no client can use HTTPS
        application = StrictTransportMiddleware(application, is_public_over_https=is_https)
    application = behind_proxies(RequestIdMiddleware(application), settings)
    for middleware in MIDDLEWARES:
        application = middleware(application)
    return application


class Application:
    """The ASGI application: opens the services at startup and serves until shutdown."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: ASGIApplication | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, a WebSocket or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._server is not None:
            await self._server(scope, receive, send)

    def stop(self) -> None:
        """Report in /readyz that the process will stop soon."""
        HEALTH.stop()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        phase = "startup"
        try:
            async with running_services(self._settings) as services:
                self._server = asgi_application(services, *compose(), SITE)
                await send({"type": "lifespan.startup.complete"})
                await receive()
                phase = "shutdown"
        except Exception as error:
            await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})


HEALTH = Health()
METRICS = Metrics()
NEUTRAL = neutral.contract(
    "server",
    "Server",
    "Endpoints that belong to no contract.",
    (
        *Pictures().routes(),
        *Documentation(CONTRACTS).routes(),
        *HEALTH.routes(),
        *METRICS.routes(),
    ),
)


@asynccontextmanager
async def running_services(settings: Settings) -> AsyncIterator[Services]:
    """Open the services and run their background jobs until the end of the block."""
    services = await wire(settings)
    jobs = BackgroundJobs(services, METRICS)
    try:
        await services.bus.start()
        jobs.start()
        yield services
    finally:
        await jobs.close()
        await services.import_runs.close()
        await services.film_posters.close()
        await close(services)
