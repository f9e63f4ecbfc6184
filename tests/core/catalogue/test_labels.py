"""Labels as operators see them."""

from kinoteka.core.access.model import CONSOLE
from kinoteka.errors import Code
from kinoteka.storage.unit import unit_of_work
from people import anonymous, do, refused, sign_up


async def test_each_with_its_films_and_who_sees_them(services, films):
    film = next(iter(films.values()))
    async with unit_of_work(services.database) as unit:
        for label in ("zebra", "premium"):
            await services.access.add_label(CONSOLE, unit, label)
        role = await services.access.create_role(
            CONSOLE, unit, "patrons", ["films.view:premium", "films.label"]
        )
    before = {label.name: label for label in await do(services, services.labels.all, CONSOLE)}
    await do(services, services.catalogue.set_label, CONSOLE, film, "premium")
    after = await do(services, services.labels.all, CONSOLE)
    found = {label.name: label for label in after}
    assert [label.name for label in after] == sorted(found)
    assert found["premium"].films == before["premium"].films + 1
    assert [each.id for each in found["premium"].roles] == [role.id]
    assert (found["zebra"].films, found["zebra"].roles) == (0, [])


async def test_it_needs_the_permission(services):
    with refused(Code.UNAUTHORIZED):
        await do(services, services.labels.all, await anonymous(services))
    with refused(Code.FORBIDDEN, permission="films.label"):
        await do(services, services.labels.all, (await sign_up(services)).actor)
