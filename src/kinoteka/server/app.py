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
from kinoteka.core.accounts import skeletons
from kinoteka.core.accounts.avatars import Avatars
from kinoteka.core.accounts.common_passwords import common_passwords
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
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import DomainError
from kinoteka.http.mechanics.request_ids import behind_proxies
from kinoteka.http.mechanics.response import Receive, Scope, Send
from kinoteka.http.mechanics.router import Router
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.mechanics.targets import Negotiated, Served, Shared, Target, first_served
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.pipeline import Server
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import BackgroundTasks, close_step
from kinoteka.realtime.bus import NoBus, open_bus
from kinoteka.realtime.fanout import FanOut, LocalFanOut, SharedFanOut
from kinoteka.realtime.rate_windows import open_windows
from kinoteka.server.api_documents import Documentation
from kinoteka.server.health import Health
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
LOOK_SECONDS = 0.5
STORE_SEEN_SECONDS = 60
LISTENING_SECONDS = 15
PRUNE_SECONDS = 3600
IMPORTS_SECONDS = 30

# How long each step of closing may take; a process that stops has to end in time (serving.py).
STORE_CLOSE_SECONDS = 2.0
MEDIA_CLOSE_SECONDS = 4.0
BUS_CLOSE_SECONDS = 5.0
THROTTLE_CLOSE_SECONDS = 4.0
DATABASE_CLOSE_SECONDS = 6.0


async def wire(settings: Settings) -> Services:
    """All services over the database that the settings name, which must be migrated.

    Raises:
        DomainError(BUSY): PostgreSQL is not there.
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
    alone = isinstance(bus, NoBus)
    messages: FanOut[ChatEvent] = LocalFanOut() if alone else SharedFanOut(bus, MessageEvent)
    receipts: FanOut[ChatEvent] = LocalFanOut() if alone else SharedFanOut(bus, ReadReceipt, "read")
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
    """Finish what is under way and let go of everything, in a bounded time."""
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
    """Every contract's routes in one router, and the WebSockets' in another."""
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
    """`POST /login` is messenger's with `email` and account's with `login`."""
    by_email = Served(messenger.CONTRACT, messenger.SIGN_IN)
    by_login = Served(account.CONTRACT, account.SIGN_IN)
    shared = Shared({"email": by_email, "login": by_login}, otherwise=by_email)
    router.add("POST", messenger.SIGN_IN.path, shared)


def _compose_pages(router: Router[Target], sockets: Router[tuple[Contract, Route]]) -> None:
    """The site's pages; where a contract is at the same path, it is what programs get."""
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
    """Serve a page whose last segment programs may mean as the text of a contract's route."""
    other = _for_programs(target)
    if not isinstance(other, Served):
        raise TypeError(f"{path} is told apart by its body")
    router.add(page.route.method, page.route.path, Negotiated(page, other, takes_segment=True))
    router.replace(page.route.method, path, Negotiated(None, other))


def _for_programs(target: Target | None) -> Target | None:
    """Return what clients get that do not prefer a page."""
    return target.other if isinstance(target, Negotiated) else target


class Application:
    """The ASGI application: services that live from start to shutdown, and the server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._server is not None:
            await self._server(scope, receive, send)

    def stop(self) -> None:
        """Say to who asks that it will end soon."""
        HEALTH.stop()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        phase = "startup"
        try:
            async with running(self._settings) as services:
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
    "What belongs to no contract.",
    (
        *Pictures().routes(),
        *Documentation(CONTRACTS).routes(),
        *HEALTH.routes(),
        *METRICS.routes(),
    ),
)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Services with everything that goes on in the background."""
    services = await wire(settings)
    chores = Chores(services)
    try:
        await services.bus.start()
        chores.start()
        yield services
    finally:
        await chores.close()
        await services.import_runs.close()
        await close_step("last seen", _store_last_seen(services), STORE_CLOSE_SECONDS)
        await close(services)


class Chores:
    """What is done in the background, again and again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tasks = BackgroundTasks()

    def start(self) -> None:
        """Begin with everything."""
        self._tasks.start(self._every(LOOK_SECONDS, _look))
        self._tasks.start(self._every(STORE_SEEN_SECONDS, _store_seen))
        self._tasks.start(self._every(PRUNE_SECONDS, _prune))
        self._tasks.start(self._every(LISTENING_SECONDS, _end_listening))
        self._tasks.start(self._every(IMPORTS_SECONDS, _look_after_imports, at_once=True))
        self._tasks.start(METRICS.watch(self._services))
        self._tasks.start(asyncio.to_thread(common_passwords))

    async def close(self) -> None:
        """End everything."""
        await self._tasks.close()

    async def _every(
        self,
        seconds: float,
        chore: Callable[[Services, Unit], Awaitable[None]],
        *,
        at_once: bool = False,
    ) -> None:
        """Do a chore in a transaction of its own. Log one that fails, and go on."""
        is_put_off = False
        wait = 0 if at_once else seconds
        while not self._tasks.is_closing:
            await asyncio.sleep(wait)
            wait = seconds
            try:
                async with unit_of_work(self._services.database) as unit:
                    await chore(self._services, unit)
                is_put_off = False
            except DomainError as error:  # the database is away, say, or has too much to do
                if not is_put_off:  # once, since it may be tried twice a second
                    name, reason = chore.__name__, str(error.__cause__ or "")
                    log.warning("chore put off", chore=name, code=error.code, reason=reason)
                is_put_off = True
            except Exception:
                log.exception("chore failed", chore=chore.__name__)


async def _store_last_seen(services: Services) -> None:
    try:
        async with unit_of_work(services.database) as unit:
            await services.actors.store_last_seen(unit)
    except DomainError as error:
        log.warning("when sessions were last seen is not stored", code=error.code)


async def _look(services: Services, unit: Unit) -> None:
    await services.revisions.look()
    if services.chats.listeners.must_check_sessions:
        await _end_listening(services, unit)


async def _store_seen(services: Services, unit: Unit) -> None:
    await services.actors.store_last_seen(unit)


async def _look_after_imports(services: Services, unit: Unit) -> None:
    await services.import_runs.look_after(unit)


async def _prune(services: Services, unit: Unit) -> None:
    await services.sessions.prune(unit)
    await services.audit.prune(unit)
    await skeletons.backfill(unit)


async def _end_listening(services: Services, unit: Unit) -> None:
    # What has expired is not told to anybody, nor what another process ends without the bus.
    for session_id in services.chats.listeners.sessions():
        await asyncio.sleep(0)  # they may be thousands
        if await services.actors.by_id(unit, session_id) is None:
            services.chats.listeners.end_session(session_id)
