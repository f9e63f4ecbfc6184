"""Downloads of lists of films as CSV and JSON."""

import csv
import io
import json

import msgspec
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.export.film_lists import COLUMNS, Format
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor, superuser_actor
from tests.support.errors import raises_error
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.translations import translate

ADDRESS = "192.0.2.1"


async def download(services: Services, actor: Actor, form: Format) -> str:
    async with unit_of_work(services.database) as unit:
        films = await services.catalogue.films(actor, unit, FilmQuery(), ADDRESS)
        chunks = await services.film_lists.stream(actor, unit, films, form, ADDRESS)
        return b"".join([chunk async for chunk in chunks]).decode()


async def test_json_has_all_values_of_visible_films(
    services: Services, films: dict[str, int]
) -> None:
    listed = json.loads(await download(services, await anonymous_actor(services), "json"))
    by_title = {film["title"]: film for film in listed}
    assert by_title["The Matrix"] == {
        "id": films["The Matrix"],
        "title": "The Matrix",
        "original_title": None,
        "year": 1999,
        "runtime_minutes": None,
        "rating": 8.7,
        "votes": 0,
        "genres": ["Action", "Science Fiction"],
        "directors": ["Lana Wachowski", "Lilly Wachowski"],
        "description": "",
    }
    assert "After Midnight" not in by_title
    assert by_title["Nobody Knows When"]["genres"] == []


async def test_titles_and_names_are_in_the_language_of_the_actor(
    services: Services, films: dict[str, int]
) -> None:
    translations = {"Action": "Боевик", "Lana Wachowski": "Лана Вачовски"}
    translate(services.settings, "ru", {films["The Matrix"]: "Матрица"}, **translations)
    actor = msgspec.structs.replace(await anonymous_actor(services), language="ru")
    listed = {film["id"]: film for film in json.loads(await download(services, actor, "json"))}
    matrix = listed[films["The Matrix"]]
    assert (matrix["title"], matrix["original_title"]) == ("Матрица", "The Matrix")
    assert matrix["genres"] == ["Боевик", "Фантастика"]
    assert matrix["directors"] == ["Лана Вачовски", "Lilly Wachowski"]


async def test_csv_has_a_header_and_a_row_for_each_film(
    services: Services, films: dict[str, int]
) -> None:
    text = await download(services, await superuser_actor(services), "csv")
    assert text.startswith("\ufeff")
    header, *found = csv.reader(io.StringIO(text[1:]))
    assert header == list(COLUMNS)
    assert len(found) == len(films)
    matrix = dict(zip(header, next(row for row in found if row[1] == "The Matrix"), strict=True))
    assert matrix["directors"] == "Lana Wachowski|Lilly Wachowski"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
async def test_cell_of_a_csv_is_never_a_formula(services: Services, start: str) -> None:
    fill_catalogue(services.settings, [SampleFilm(f'{start}cmd|" /C calc"!A0')])
    text = await download(services, await anonymous_actor(services), "csv")
    _, row = csv.reader(io.StringIO(text[1:]))
    assert row[1] == f"""'{start}cmd|" /C calc"!A0"""


@pytest.mark.parametrize(("form", "empty"), [("json", "[]\n"), ("csv", "\ufeffid,title")])
async def test_empty_list_is_a_valid_file(services: Services, form: Format, empty: str) -> None:
    assert (await download(services, await anonymous_actor(services), form)).startswith(empty)


async def test_downloads_of_an_address_are_limited(services: Services) -> None:
    viewer = await anonymous_actor(services)
    for _ in range(60):
        await download(services, viewer, "json")
    with raises_error(Code.THROTTLED):
        await download(services, viewer, "json")
