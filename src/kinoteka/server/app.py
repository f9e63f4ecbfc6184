"""The composition root: the only place that wires parts together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.chats.model import ChatEvent, MessageEvent, ReadReceipt
from kinoteka.core.chats.search import MessageSearch
from kinoteka.core.chats.service import Chats
from kinoteka.core.editing.service import Editing
from kinoteka.core.export.service import Export
from kinoteka.core.import_runs.service import ImportRuns
from kinoteka.core.library.bookmarks import Bookmarks
from kinoteka.core.library.selection_lists import SelectionLists
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
from kinoteka.http.mechanics.request_ids import behind_proxies
from kinoteka.http.mechanics.response import Receive, Scope, Send
from kinoteka.http.mechanics.router import Router
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.mechanics.targets import Negotiated, Served, Shared, Target, first_served
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.pipeline import Server
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
from kinoteka.site.contract import SITE

log = structlog.get_logger()

CONTRACTS: tuple[Contract, ...] = (
    filmsite.CONTRACT,
    account.CONTRACT,
    messenger.CONTRACT,
    authservice.CONTRACT,
    cinema.CONTRACT,
)

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
    access = Access(revisions)
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
    accounts.before_delete(chats.delete_abandoned)
    accounts.before_delete(avatars.remove)
    accounts.before_delete(selections.delete_all_of)
    sessions.on_end(chats.listeners.end_session)
    revisions.on_foreign_change(
        "sessions", chats.listeners.require_session_check, chats.listeners.end_session
    )
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
        bookmarks=Bookmarks(catalogue),
        selections=selections,
        selection_lists=SelectionLists(selections),
        media=media,
        export=Export(settings, throttle, accounts, own_sessions, catalogue),
        editing=Editing(revisions, access, catalogue),
        import_runs=ImportRuns(settings, uploads, database),
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


def compose() -> tuple[Router[Target], Router[tuple[Contract, Route]]]:
    """Return a router with the routes of every contract and one with the WebSockets."""
    router: Router[Target] = Router()
    sockets: Router[tuple[Contract, Route]] = Router()
    for contract in (*CONTRACTS, NEUTRAL):
        for route in contract.routes:
            if route.method == "WEBSOCKET":
                sockets.add("GET", route.path, (contract, route))
            elif (route.method, route.path) != ("POST", "/login"):
                router.add(route.method, route.path, Served(contract, route))
            if route.takes_any_id:
                router.take_any_id(route.path)
    _compose_login(router)
    _compose_pages(router, sockets)
    return router, sockets


def _compose_login(router: Router[Target]) -> None:
    """Serve `POST /login` by messenger if it has `email`, by account if it has `login`."""
    by_email = Served(messenger.CONTRACT, messenger.SIGN_IN)
    by_login = Served(account.CONTRACT, account.SIGN_IN)
    shared = Shared({"email": by_email, "login": by_login}, otherwise=by_email)
    router.add("POST", messenger.SIGN_IN.path, shared)


def _compose_pages(router: Router[Target], sockets: Router[tuple[Contract, Route]]) -> None:
    """Add the site's pages. At a path that a contract also has, programs get the contract."""
    for route in SITE.routes:
        if route.method == "WEBSOCKET":
            sockets.add("GET", route.path, (SITE, route))
            continue
        served = Served(SITE, route)
        other = router.at(route.method, route.path)
        beside = router.text_beside(route.method, route.path)
        by_id = router.any_id_beside(route.method, route.path)
        if isinstance(other, Served):
            router.replace(route.method, route.path, Negotiated(page=served, other=other))
        elif isinstance(by_id := _for_programs(by_id), Served):
            router.add(route.method, route.path, Negotiated(served, by_id, takes_no_id=True))
        elif beside is not None and first_served({route.method: beside[1]}).contract is not SITE:
            _compose_beside(router, served, *beside)
        else:
            router.add(route.method, route.path, served)


def _compose_beside(router: Router[Target], page: Served, path: str, target: Target) -> None:
    """Serve a page at a path that for programs is the text route of a contract."""
    other = _for_programs(target)
    if not isinstance(other, Served):
        raise TypeError(f"the routes at {path} differ by the request's body")
    router.add(page.route.method, page.route.path, Negotiated(page, other, takes_segment=True))
    router.replace(page.route.method, path, Negotiated(None, other))


def _for_programs(target: Target | None) -> Target | None:
    """Return the target for clients that do not prefer a page."""
    return target.other if isinstance(target, Negotiated) else target


class Application:
    """The ASGI application: opens the services at startup and serves until shutdown."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None

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
                server = Server(services, *compose(), NEUTRAL, SITE)
                self._server = behind_proxies(server, services.settings)
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
        await close(services)
