"""Films that imports joined although they are different, and splits of films."""

from typing import Any

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.film_splitting.model import RecordKey, Split
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import FilmRecord
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from kinoteka.infrastructure.settings import Settings
from tests.support.accounts import perform
from tests.support.databases import rows

WIKI = film("w1", "Outrage", year=2009, description="A heist.", genres=["Action"])
LENS = msgspec.structs.replace(
    film(
        "7",
        "Outrage",
        year=2010,
        original_title="Autoreiji",
        rating=6.8,
        votes=900,
        genres=["Crime", "Drama"],
        directors=["Takeshi Kitano"],
    ),
    ids=(("imdb", "tt1462667"),),
)
SOURCES = "SELECT id FROM sources WHERE name = ?"


def import_records(settings: Settings, source: str, *records: FilmRecord) -> Import:
    """Import records of a source. Return the finished import."""
    running = Import(source)
    running.run(settings, [records])
    return running


def key(settings: Settings, source: str, external_id: str) -> RecordKey:
    """Return the key of a record."""
    return RecordKey(rows(settings, SOURCES, source)[0], external_id)


async def split(
    services: Services, actor: Actor, film_id: int, *leaving: RecordKey, **options: Any
) -> int:
    """Split a film, and return the id of the new one."""
    wanted = Split(film_id, frozenset(leaving), **options)
    return await perform(services, services.film_splitting.split, actor, wanted)
