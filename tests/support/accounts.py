"""Accounts, sessions and actors for tests of the core."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import UNSET, UnsetType

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account, NewAccount, ProfileChange
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import SignInResult, Visit
from kinoteka.database.unit import unit_of_work
from tests.support.servers import PASSWORD, unique_name

T = TypeVar("T")

VISIT = Visit("192.0.2.7", "Browser/1", "tests")


async def perform(
    services: Services, operation: Callable[..., Awaitable[T]], actor: Actor, *arguments: object
) -> T:
    """Call a service operation with the actor and a new unit of work as first arguments."""
    async with unit_of_work(services.database) as unit:
        return await operation(actor, unit, *arguments)


async def anonymous_actor(services: Services) -> Actor:
    """Return an actor that is not signed in."""
    async with unit_of_work(services.database) as unit:
        return await services.access.anonymous(unit)


async def sign_up(services: Services, username: str | None = None, **fields: str) -> SignInResult:
    """Create an account with the password `PASSWORD` and its first session."""
    nobody = await anonymous_actor(services)
    new = NewAccount(username=username or unique_name(), password=PASSWORD, **fields)
    async with unit_of_work(services.database) as unit:
        return await services.sessions.sign_up(nobody, unit, VISIT, new)


async def sign_in(services: Services, identifier: str, password: str = PASSWORD) -> SignInResult:
    """Create a session of an account."""
    nobody = await anonymous_actor(services)
    async with unit_of_work(services.database) as unit:
        return await services.sessions.sign_in(nobody, unit, VISIT, identifier, password)


async def superuser_actor(services: Services) -> Actor:
    """Create a superuser and return its actor."""
    started = await sign_up(services, unique_name("superuser"))
    async with unit_of_work(services.database) as unit:
        await services.accounts.set_superuser(unit, started.account.id)
    return await signed_in_actor(services, started.token)


async def actor_by_token(services: Services, token: str) -> Actor | None:
    """Return the actor of a session token."""
    async with unit_of_work(services.database) as unit:
        return await services.actors.by_token(unit, token)


async def signed_in_actor(services: Services, token: str) -> Actor:
    """Return the actor of a session token, which must be valid."""
    found = await actor_by_token(services, token)
    assert found is not None
    return found


async def is_session_valid(services: Services, started: SignInResult) -> bool:
    """Return whether a session is valid, both by its token and by its id."""
    by_token = await actor_by_token(services, started.token)
    async with unit_of_work(services.database) as unit:
        by_id = await services.actors.by_id(unit, started.session.id)
    assert (by_token is None) == (by_id is None)
    return by_token is not None


async def create_account(
    services: Services, *, password: str = PASSWORD, **fields: str | None
) -> Account:
    """Create an account without a session."""
    async with unit_of_work(services.database) as unit:
        new = NewAccount(password=password, **fields)
        return await services.accounts.create(unit, new, VISIT.address)


async def get_account(services: Services, account_id: int) -> Account:
    """Return an account as it is stored."""
    async with unit_of_work(services.database) as unit:
        return await services.accounts.get(unit, account_id)


async def change_profile(
    services: Services,
    actor: Actor,
    *,
    favourite_genre_id: int | UnsetType | None = UNSET,
    **fields: str | None,
) -> Account:
    """Change fields of the actor's profile. Return the changed account."""
    async with unit_of_work(services.database) as unit:
        change = ProfileChange(favourite_genre_id=favourite_genre_id, **fields)
        return await services.accounts.change(actor, unit, change)


async def change_login(services: Services, actor: Actor, account_id: int, login: str) -> Account:
    """Change the login of an account. Return the changed account."""
    async with unit_of_work(services.database) as unit:
        return await services.accounts.change_login(actor, unit, account_id, login)
