"""Similar films show every change of the catalogue at once, on both engines."""

import msgspec
import pytest
from msgspec.structs import asdict

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.film_editing.parts.model import EditedCredit
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit
from kinoteka.core.imports.undo import Undo
from kinoteka.database.unit import unit_of_work
from tests.support.accounts import anonymous_actor, perform, superuser_actor
from tests.support.merges import merge, undo
from tests.support.splits import LENS, WIKI, import_records, key, split

ACTORS = ("Keanu Reeves", "Hugo Weaving")
CAST = tuple(Credit("acting", name) for name in ACTORS)
GENRES = ("Action", "Science Fiction")
MATRIX = film(
    "1",
    "The Matrix",
    year=1999,
    rating=8.0,
    votes=9,
    genres=GENRES,
    countries=("US",),
    credits=CAST,
)
OTHER = film("2", "Other", year=1999, rating=8.0, votes=9)
OLD = film("2", "Other", year=1979, rating=8.0, votes=9, credits=CAST)
BAD = film("2", "Other", year=1991, rating=4.0, votes=9, credits=CAST)
CHANGES = (
    pytest.param(OTHER, {"credits": CAST}, id="cast"),
    pytest.param(OTHER, {"genres": GENRES}, id="genres"),
    pytest.param(OLD, {"countries": ("US",)}, id="countries"),
    pytest.param(BAD, {"rating": 8.0}, id="rating"),
)
MATRIX_ID, OTHER_ID, THIRD_ID = 1, 2, 3
ADDRESS = "192.0.2.1"


@pytest.fixture
async def root(services):
    return await superuser_actor(services)


@pytest.fixture
def similar(services):
    """Return a function that returns the ids of the films that a visitor sees as similar."""

    async def find():
        async with unit_of_work(services.database) as unit:
            viewer = await anonymous_actor(services)
            shown = await services.catalogue.film(viewer, unit, MATRIX_ID)
            return [each.id for each in await services.catalogue.related(viewer, unit, shown)]

    return find


async def store(services, *records, source="club"):
    """Import records of a source, and return the number of the import."""
    running = import_records(services.settings, source, *records)
    await services.revisions.refresh()
    return running.batch


async def edit(services, root, film_id, changes):
    """Change values of a film as its form does."""
    values = dict(changes)
    for each in values.pop("credits", ()):
        values.setdefault("cast", []).append(EditedCredit(each.department, each.name))
    before = await perform(services, services.film_editing.get, root, film_id)
    values = asdict(before.fields) | values
    await perform(services, services.film_editing.edit, root, film_id, values)


@pytest.mark.parametrize(("other", "changes"), CHANGES)
async def test_similar_films_show_an_edit_at_once(services, root, similar, other, changes):
    await store(services, MATRIX, other)
    assert await similar() == []
    await edit(services, root, OTHER_ID, changes)
    assert await similar() == [OTHER_ID]


@pytest.mark.parametrize(("other", "changes"), CHANGES)
async def test_similar_films_show_an_import_and_its_undo(services, similar, other, changes):
    await store(services, MATRIX, other)
    assert await similar() == []
    batch = await store(services, MATRIX, msgspec.structs.replace(other, **changes))
    assert await similar() == [OTHER_ID]
    Undo(batch).run(services.settings)
    await services.revisions.refresh()
    assert await similar() == []


async def test_hidden_and_labelled_films_are_not_similar_at_once(services, root, similar):
    await store(services, MATRIX, msgspec.structs.replace(OTHER, genres=GENRES))
    assert await similar() == [OTHER_ID]
    await perform(services, services.labels.add, root, "adult")
    await perform(services, services.labels.set_label, root, OTHER_ID, "adult")
    assert await similar() == []
    await perform(services, services.labels.set_label, root, OTHER_ID, None)
    assert await similar() == [OTHER_ID]
    await perform(services, services.labels.hide, root, OTHER_ID)
    assert await similar() == []
    await perform(services, services.labels.show, root, OTHER_ID)
    assert await similar() == [OTHER_ID]


async def test_similar_films_show_a_merge_and_its_undo(services, root, similar):
    third = film("3", "Third", year=1998, rating=8.0, votes=9, genres=GENRES)
    await store(services, MATRIX, msgspec.structs.replace(OTHER, genres=GENRES), third)
    assert await similar() == [OTHER_ID, THIRD_ID]
    await merge(services, root, THIRD_ID, OTHER_ID)
    assert await similar() == [THIRD_ID]
    await undo(services, root, OTHER_ID)
    assert await similar() == [OTHER_ID, THIRD_ID]


async def test_similar_films_show_a_split(services, root, similar):
    await store(services, msgspec.structs.replace(MATRIX, genres=("Crime", "Drama")))
    await store(services, WIKI, source="wiki")
    await store(services, LENS, source="lens")
    before = await similar()
    new_id = await split(services, root, OTHER_ID, key(services.settings, "lens", "7"))
    assert new_id not in before
    assert await similar() == [new_id]


async def test_filter_by_country_shows_an_edit_at_once(services, root):
    async def countries():
        async with unit_of_work(services.database) as unit:
            viewer = await anonymous_actor(services)
            found = await services.catalogue.films(viewer, unit, FilmQuery(country="FR"), ADDRESS)
            return await services.facets.countries(viewer, unit), found.total

    await store(services, MATRIX)
    assert await countries() == (["US"], 0)
    await edit(services, root, MATRIX_ID, {"countries": ("FR",)})
    assert await countries() == (["FR"], 1)
