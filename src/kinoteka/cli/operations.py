"""What operators' commands do, each over services of its own."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from kinoteka.core.access.model import CONSOLE_ACTOR
from kinoteka.core.accounts.model import NewAccount
from kinoteka.core.imports import demo
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.reading import Progress, ReadOptions
from kinoteka.core.imports.selections import ListedSelection, store_selections
from kinoteka.core.imports.service import AnotherRuns, Import
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.api_documents import Documentation
from kinoteka.server.app import CONTRACTS, close, wire

DEMO = "demo"
"""The source of the demo catalogue's films."""
OTHERS_SECONDS = 30
LOOK_SECONDS = 0.2


@asynccontextmanager
async def services_of(settings: Settings) -> AsyncIterator[Services]:
    """Services for one command."""
    services = await wire(settings)
    try:
        yield services
    finally:
        await close(services)


async def make_superuser(settings: Settings, login: str, password: str) -> tuple[int, bool]:
    """Make `login` a superuser with this password; its id, and whether it is new.

    Raises:
        DomainError: what `Accounts.create` and `CredentialChanges.reset_password` raise.
    """
    async with services_of(settings) as services, unit_of_work(services.database) as unit:
        known = await services.accounts.find_credentials(unit, login)
        if known is not None:
            await services.credentials.reset_password(unit, known.account_id, password)
            await services.accounts.set_superuser(unit, known.account_id)
            return known.account_id, False
        named = {"email": login} if "@" in login else {"username": login}
        new = NewAccount(password=password, **named)
        account = await services.accounts.create(unit, new, "console", superuser=True)
        return account.id, True


async def label_films(settings: Settings, film_ids: Sequence[int], label: str | None) -> None:
    """Put films under an access label, a new one or not, or (None) under none.

    Hidden films stay hidden.

    Raises:
        DomainError(FIELD_INVALID): a label that there cannot be, such as `hidden`.
        DomainError(FILM_UNKNOWN): nothing has changed then; `film_id` is which.
    """
    async with services_of(settings) as services, unit_of_work(services.database) as unit:
        # First, in the order in which imports lock what they change.
        if label is not None:
            await services.labels.add(CONSOLE_ACTOR, unit, label)
        for film_id in film_ids:
            try:
                await services.labels.set_label(CONSOLE_ACTOR, unit, film_id, label)
            except DomainError as error:
                if error.code is not Code.FILM_UNKNOWN:
                    raise
                raise DomainError(error.code, film_id=film_id) from None


async def prune_sessions(settings: Settings) -> int:
    """Delete the sessions that have expired; how many."""
    async with services_of(settings) as services, unit_of_work(services.database) as unit:
        return await services.sessions.prune(unit)


def load_demo(settings: Settings) -> None:
    """Fill a new database with the demo catalogue and its selections, all at once.

    Where several servers begin with one database at once, each waits for those before it, and
    finds it filled then.

    Raises:
        ImportFailed: the disk is full, or the like.
    """
    selections = msgspec.json.decode(
        demo.selections_path().read_bytes(), type=list[ListedSelection]
    )
    until = time.monotonic() + OTHERS_SECONDS
    while True:
        parts = FORMATS["jsonl"].parts([demo.films_path()], ReadOptions(source=DEMO), Progress())
        try:
            Import(DEMO).run(
                settings, parts, lambda reader: store_selections(reader, DEMO, selections)
            )
        except AnotherRuns:
            if time.monotonic() > until:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            return


def openapi_document(contract: str | None) -> str:
    """The OpenAPI document of one contract, or of all.

    Raises:
        KeyError: there is no such contract.
    """
    return json.dumps(Documentation(CONTRACTS).document(contract), indent=2, ensure_ascii=False)


def contract_names() -> list[str]:
    """Return the names of all contracts."""
    return [contract.name for contract in CONTRACTS]
