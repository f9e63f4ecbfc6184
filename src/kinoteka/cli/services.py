"""Open the services of the core for one command.

Everything heavy is imported when it is needed, so that `kinoteka --help` starts quickly.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from kinoteka.cli.output import fail
from kinoteka.errors import DomainError
from kinoteka.http.policy.error_messages import COMMON, error_message

if TYPE_CHECKING:
    from kinoteka.core.services import Services
    from kinoteka.database.unit import Unit
    from kinoteka.infrastructure.settings import Settings

T = TypeVar("T")

RESERVED = {"field": "label", "reason": "reserved"}


def require_database(settings: "Settings") -> None:
    """End the command unless there is a database."""
    from kinoteka.database.engines import database_path

    if not settings.database_url and not database_path(settings).exists():
        fail(
            f"there is no database in {settings.data}. Name its folder with --data, or create one "
            "with 'kinoteka serve'"
        )


@asynccontextmanager
async def open_services(settings: "Settings") -> "AsyncIterator[tuple[Services, Unit]]":
    """Open the services and a unit of work, which is committed at the end of the block."""
    from kinoteka.database.unit import unit_of_work
    from kinoteka.server.app import close, wire

    services = await wire(settings)
    try:
        async with unit_of_work(services.database) as unit:
            yield services, unit
    finally:
        await close(services)


def run(operation: Coroutine[Any, Any, T]) -> T:
    """Run an operation on the services. Report an error of the core and end the command."""
    try:
        return asyncio.run(operation)
    except DomainError as error:
        fail(_reason(error))


def _reason(error: DomainError) -> str:
    if error.parameters == RESERVED:
        return (
            "'hidden' is not a label, so nothing has changed; to hide a film, open it on the"
            " site under /manage/films"
        )
    film = error.parameters.get("film_id")
    return error_message(COMMON[error.code], error) + (f": number {film}" if film else "")
