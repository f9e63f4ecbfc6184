"""Mappings that operators save under a name."""

import pytest

from kinoteka.core.import_runs.mappings import (
    find_mapping,
    list_mappings,
    save_mapping,
    with_mapping,
)
from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import DomainError

OPTIONS = ImportOptions(
    format="csv", source="club", mapping=("title=Name",), scale="5", keep_going=True
)


async def test_mapping_is_saved_without_the_options_of_one_import(runner):
    async with unit_of_work(runner.services.database) as unit:
        await save_mapping(runner.root, unit, " My  club ", OPTIONS)
        saved = await find_mapping(runner.root, unit, "My club")
        assert [each.name for each in await list_mappings(runner.root, unit)] == ["My club"]
    assert saved.mapping == ("title=Name",)
    assert saved.options == ImportOptions(scale="5")
    used = with_mapping(ImportOptions(source="other", mapping=("year=Jahr",)), saved)
    assert used == ImportOptions(source="other", mapping=("title=Name",), scale="5")


async def test_mapping_with_the_same_name_is_replaced(runner):
    async with unit_of_work(runner.services.database) as unit:
        await save_mapping(runner.root, unit, "club", OPTIONS)
        await save_mapping(runner.root, unit, "club", ImportOptions(scale="100"))
        saved = await find_mapping(runner.root, unit, "club")
    assert (saved.mapping, saved.options.scale) == ((), "100")


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x00b"])
async def test_name_of_a_mapping_is_checked(runner, name):
    async with unit_of_work(runner.services.database) as unit:
        with pytest.raises(DomainError):
            await save_mapping(runner.root, unit, name, OPTIONS)
        with pytest.raises(DomainError):
            await find_mapping(runner.root, unit, "none")
