"""Media as a service: limits, several at once, files that go with the transaction."""

import asyncio

import pytest

from kinoteka.core.media.model import PICTURES, UPLOAD_LARGEST
from kinoteka.core.media.service import DECODING_QUEUE
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.spooled_files import SpooledFile
from tests.support.errors import raises_error
from tests.support.pictures import noise, picture


async def test_ten_megabytes_and_a_byte_are_too_large(services: Services):
    whole = noise((1500, 1400))
    assert len(whole) < UPLOAD_LARGEST
    filled = whole + bytes(UPLOAD_LARGEST - len(whole))
    assert await services.media.read_picture(SpooledFile.of(filled), PICTURES)
    with raises_error(Code.UPLOAD_TOO_LARGE, limit=UPLOAD_LARGEST):
        await services.media.read_picture(SpooledFile.of(filled + b"\0"), PICTURES)


async def test_so_many_at_once_and_no_more(services: Services):
    reading = [
        asyncio.create_task(services.media.read_picture(SpooledFile.of(picture()), PICTURES))
        for _ in range(DECODING_QUEUE)
    ]
    await asyncio.sleep(0)
    with raises_error(Code.BUSY):
        await services.media.read_picture(SpooledFile.of(picture()), PICTURES)
    assert all(await asyncio.gather(*reading))


async def test_what_is_stored_is_there_under_a_name_of_its_own(services: Services):
    async with unit_of_work(services.database) as unit:
        names = {await services.media.store(unit, b"content") for _ in range(3)}
    assert len(names) == 3
    for name in names:
        assert len(name) > 20
        assert await services.media.get(name) == b"content"
    with raises_error(Code.PHOTO_MISSING):
        await services.media.get("another.jpg")


async def test_what_is_stored_goes_when_the_transaction_fails(services: Services):
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(services.database) as unit:
            name = await services.media.store(unit, b"content")
            raise ZeroDivisionError
    services.media.close()
    assert not (services.settings.data / "avatars" / name).exists()


@pytest.mark.parametrize("fails", [False, True])
async def test_what_is_dropped_goes_with_the_transaction_alone(services: Services, fails: bool):
    async with unit_of_work(services.database) as unit:
        name = await services.media.store(unit, b"content")
    try:
        async with unit_of_work(services.database) as unit:
            services.media.drop_after_commit(unit, name)
            assert await services.media.get(name) == b"content"
            if fails:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    services.media.close()
    assert (services.settings.data / "avatars" / name).exists() is fails
