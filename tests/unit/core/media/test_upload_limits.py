"""Limits of uploads: per account, in total, and per hour."""

from contextlib import AsyncExitStack

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.media.upload_limits import Uploads
from kinoteka.core.services import Services
from kinoteka.errors import Code
from kinoteka.infrastructure.settings import Settings
from tests.support.accounts import anonymous_actor
from tests.support.errors import raises_error

pytestmark = pytest.mark.engines("sqlite")  # limits are counted in memory


def actor(account_id: int) -> Actor:
    return Actor(account_id, None, False, (), frozenset(), ())


def uploads(services: Services, **settings: str | int) -> Uploads:
    return Uploads(Settings(**settings), services.throttle)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "accounts", "code"),
    [
        ({"uploads_at_once_per_account": 2}, [1, 1, 1], Code.THROTTLED),
        ({"uploads_at_once": 2}, [1, 2, 3], Code.BUSY),
        ({"upload_limit": "2 per hour"}, [1, 1, 1], Code.THROTTLED),
    ],
    ids=["in progress of an account", "in progress in all", "of an account in an hour"],
)
async def test_upload_beyond_a_limit_is_rejected(
    services: Services, limits: dict[str, str | int], accounts: list[int], code: Code
) -> None:
    limited = uploads(services, **limits)
    async with AsyncExitStack() as slots:
        for account_id in accounts[:-1]:
            await slots.enter_async_context(limited.slot(actor(account_id)))
        with raises_error(code):
            await slots.enter_async_context(limited.slot(actor(accounts[-1])))
        assert limited.in_progress == 2
    assert limited.in_progress == 0


async def test_ended_upload_frees_its_slot(services: Services) -> None:
    limited = uploads(services, uploads_at_once_per_account=1)
    for _ in range(3):
        async with limited.slot(actor(1)):
            pass


async def test_anonymous_upload_is_rejected(services: Services) -> None:
    with raises_error(Code.UNAUTHORIZED):
        async with uploads(services).slot(await anonymous_actor(services)):
            pass
