"""The first edit of a film stores its record with the credits, titles and countries."""

import json

from msgspec.structs import asdict, replace

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from tests.support.accounts import perform, superuser_actor
from tests.support.databases import rows

ALIEN = replace(
    film("7", "Alien", year=1979, directors=["Ridley Scott"]),
    credits=(
        Credit("directing", "Ridley Scott", "", (("imdb", "nm0000631"),)),
        Credit("acting", "John Hurt", "Kane"),
    ),
    titles=(("ru", "translation", "Чужой"),),
    countries=("GB",),
)


async def test_record_has_the_lists_of_the_film(services: Services) -> None:
    Import("club").run(services.settings, [[ALIEN]])
    await services.revisions.refresh()
    root = await superuser_actor(services)
    (film_id,) = rows(services.settings, "SELECT film_id FROM film_values WHERE external_id = '7'")
    edited = await perform(services, services.film_editing.get, root, film_id)
    fields = asdict(edited.fields) | {"title": "Mine"}
    await perform(services, services.film_editing.edit, root, film_id, fields)
    (text,) = rows(services.settings, "SELECT record FROM film_values WHERE external_id = '7'")
    record = json.loads(text)
    assert record["credits"] == [
        [1, "Ridley Scott", "", "imdb", "nm0000631"],
        [3, "John Hurt", "Kane", "", ""],
    ]
    assert (record["titles"], record["countries"]) == ([["ru", "translation", "Чужой"]], ["GB"])
