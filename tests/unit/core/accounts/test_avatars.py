"""Upload, replace, remove and read avatars."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account
from kinoteka.core.media.model import JPEG_ONLY, PICTURES
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.files import LocalFiles
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.spooled_files import SpooledFile
from tests.support.accounts import anonymous_actor, sign_up
from tests.support.errors import raises_error
from tests.support.pictures import picture


@pytest.fixture
async def actor(services: Services) -> Actor:
    started = await sign_up(services, avatar_address="https://example.com/me.png")
    return started.actor


async def change(services: Services, actor: Actor, data: bytes, allowed=PICTURES) -> Account:
    async with unit_of_work(services.database) as unit:
        return await services.avatars.change_avatar(actor, unit, SpooledFile.of(data), allowed)


async def read(services: Services, actor: Actor) -> bytes:
    async with unit_of_work(services.database) as unit:
        return await services.avatars.read_avatar(unit, actor.require_account())


def stored(settings: Settings) -> set[str]:
    return {path.name for path in (settings.data / "avatars").glob("*")}


async def test_uploaded_picture_replaces_the_external_avatar(services, settings, actor):
    account = await change(services, actor, picture("PNG"))
    assert account.avatar_address is None
    assert stored(settings) == {account.avatar_file}
    assert Image.open(BytesIO(await read(services, actor))).size == (64, 48)


async def test_new_avatar_replaces_the_old_one(services, settings, actor):
    first = await change(services, actor, picture(size=(10, 10)))
    second = await change(services, actor, picture(size=(20, 20)))
    assert first.avatar_file != second.avatar_file
    assert Image.open(BytesIO(await read(services, actor))).size == (20, 20)
    services.media.close()
    assert stored(settings) == {second.avatar_file}


async def test_concurrent_uploads_leave_one_file(services, settings, actor):
    accounts = await asyncio.gather(*(change(services, actor, picture()) for _ in range(8)))
    async with unit_of_work(services.database) as unit:
        last = await services.accounts.get_own(actor, unit)
    services.media.close()
    assert stored(settings) == {last.avatar_file} <= {a.avatar_file for a in accounts}


async def test_failed_transaction_leaves_the_old_avatar(services, settings, actor):
    before = await change(services, actor, picture())
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(services.database) as unit:
            await services.avatars.change_avatar(actor, unit, SpooledFile.of(picture()), PICTURES)
            raise ZeroDivisionError
    assert await read(services, actor)
    services.media.close()
    assert stored(settings) == {before.avatar_file}


async def test_rejected_upload_changes_nothing(services, settings, actor):
    with raises_error(Code.UPLOAD_WRONG_TYPE):
        await change(services, actor, picture("PNG"), JPEG_ONLY)
    async with unit_of_work(services.database) as unit:
        account = await services.accounts.get_own(actor, unit)
    assert account.avatar_address == "https://example.com/me.png"
    assert stored(settings) == set()


async def test_reading_fails_without_an_avatar_or_an_account(services, actor, unit):
    with raises_error(Code.PHOTO_MISSING):
        await services.avatars.read_avatar(unit, actor.require_account())
    with raises_error(Code.ACCOUNT_UNKNOWN):
        await services.avatars.read_avatar(unit, 987654321)


async def test_lost_file_is_reported_as_missing(services, settings, actor):
    account = await change(services, actor, picture())
    assert account.avatar_file is not None
    await LocalFiles(settings.data / "avatars").delete(account.avatar_file)
    with raises_error(Code.PHOTO_MISSING):
        await read(services, actor)


async def test_anonymous_upload_is_rejected(services):
    anonymous = await anonymous_actor(services)
    with raises_error(Code.UNAUTHORIZED):
        await change(services, anonymous, picture())


async def test_deleting_the_account_deletes_the_file(services, settings, actor):
    await change(services, actor, picture())
    async with unit_of_work(services.database) as unit:
        await services.credentials.delete_account(actor, unit)
    services.media.close()
    assert stored(settings) == set()


class TestRemove:
    async def remove(self, services, actor):
        async with unit_of_work(services.database) as unit:
            return await services.avatars.remove_avatar(actor, unit)

    async def test_uploaded_avatar_is_deleted(self, services, settings, actor):
        await change(services, actor, picture())
        account = await self.remove(services, actor)
        assert account.avatar_file is None
        services.media.close()
        assert stored(settings) == set()

    async def test_external_avatar_is_removed(self, services, actor):
        assert (await self.remove(services, actor)).avatar_address is None

    async def test_removing_twice_succeeds(self, services, actor):
        await self.remove(services, actor)
        assert (await self.remove(services, actor)).avatar_file is None

    async def test_anonymous_request_is_rejected(self, services):
        with raises_error(Code.UNAUTHORIZED):
            await self.remove(services, await anonymous_actor(services))
