"""Storage of uploaded pictures, its limits and its transactions."""

import asyncio

import pytest

from kinoteka.core.media.model import MAX_UPLOAD_BYTES, PICTURES
from kinoteka.core.media.service import DECODING_QUEUE
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.spooled_files import SpooledFile
from tests.support.errors import raises_error
from tests.support.pictures import noise, picture

pytestmark = pytest.mark.engines("sqlite")  # pictures are files


async def test_file_above_the_limit_is_rejected(services: Services):
    whole = noise((1500, 1400))
    assert len(whole) < MAX_UPLOAD_BYTES
    filled = whole + bytes(MAX_UPLOAD_BYTES - len(whole))
    assert await services.media.read_picture(SpooledFile.of(filled), PICTURES)
    with raises_error(Code.UPLOAD_TOO_LARGE, limit=MAX_UPLOAD_BYTES):
        await services.media.read_picture(SpooledFile.of(filled + b"\0"), PICTURES)


async def test_pictures_beyond_the_queue_are_rejected(services: Services):
    reading = [
        asyncio.create_task(services.media.read_picture(SpooledFile.of(picture()), PICTURES))
        for _ in range(DECODING_QUEUE)
    ]
    await asyncio.sleep(0)
    with raises_error(Code.BUSY):
        await services.media.read_picture(SpooledFile.of(picture()), PICTURES)
    assert all(await asyncio.gather(*reading))


async def test_stored_picture_has_its_own_name(services: Services):
    async with unit_of_work(services.database) as unit:
        names = {await services.media.store(unit, b"content") for _ in range(3)}
    assert len(names) == 3
    for name in names:
        assert len(name) > 20
        assert await services.media.get(name) == b"content"
    with raises_error(Code.PHOTO_MISSING):
        await services.media.get("another.jpg")


async def test_stored_picture_is_deleted_when_the_transaction_fails(services: Services):
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(services.database) as unit:
            name = await services.media.store(unit, b"content")
            raise ZeroDivisionError
    services.media.close()
    assert not (services.settings.data / "avatars" / name).exists()


@pytest.mark.parametrize("fails", [False, True])
async def test_picture_is_deleted_only_when_the_transaction_commits(
    services: Services, fails: bool
):
    async with unit_of_work(services.database) as unit:
        name = await services.media.store(unit, b"content")
    try:
        async with unit_of_work(services.database) as unit:
            services.media.delete_after_commit(unit, name)
            assert await services.media.get(name) == b"content"
            if fails:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    services.media.close()
    assert (services.settings.data / "avatars" / name).exists() is fails
