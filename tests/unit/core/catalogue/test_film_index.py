"""Edits keep the keys up to date by which films are sorted by title."""

import msgspec

from kinoteka.core.services import Services
from kinoteka.search.title_order import title_key
from tests.support.accounts import perform, superuser_actor
from tests.support.databases import execute, rows
from tests.support.merges import merge, undo
from tests.support.sort_keys import KEYS, expected_keys


async def test_keys_follow_edits_merges_and_their_undo(
    services: Services, films: dict[str, int]
) -> None:
    settings, root = services.settings, await superuser_actor(services)
    alien, brother = films["Alien"], films["Brother"]
    execute(settings, "INSERT INTO film_titles VALUES (?, 0, 'ru', 'translation', 'Чужой')", alien)
    stored = await perform(services, services.film_editing.get, root, brother)
    values = msgspec.structs.asdict(stored.fields) | {"title": "Брат"}
    await perform(services, services.film_editing.edit, root, brother, values)
    assert (brother, "ru", title_key("Брат", "ru")) in rows(settings, KEYS)
    await merge(services, root, brother, alien)
    assert (brother, "ru", title_key("Чужой", "ru")) in rows(settings, KEYS)
    assert alien not in {film_id for film_id, *_ in rows(settings, KEYS)}
    await undo(services, root, alien)
    assert rows(settings, KEYS) == expected_keys(settings)
    added = await perform(services, services.film_editing.add, root, values | {"title": "Ёлки"})
    assert (added, "", title_key("Ёлки")) in rows(settings, KEYS)
