"""Wikidata's responses, as MediaWiki's API documents them, become films."""

import json
from collections.abc import Iterator

import pytest

from kinoteka.core.film_editing.parts.model import EditedCredit
from kinoteka.core.film_lookup.model import FilmMatch
from kinoteka.core.film_lookup.wikidata import Wikidata
from kinoteka.infrastructure.public_addresses import FetchFailed
from kinoteka.infrastructure.public_http import PublicHttp
from tests.support.file_hosts import HOST, FileHost, run_file_host
from tests.support.polling import TIMEOUT


def claim(value: object, rank: str = "normal") -> dict[str, object]:
    return {"mainsnak": {"snaktype": "value", "datavalue": {"value": value}}, "rank": rank}


def item(number: int, name: str, **more: object) -> dict[str, object]:
    labels = {"en": {"language": "en", "value": name}}
    return {"type": "item", "id": f"Q{number}", "labels": labels, **more}


def entities(*items: dict[str, object]) -> bytes:
    return json.dumps({"entities": {each["id"]: each for each in items}, "success": 1}).encode()


MIRROR = item(
    11,
    "Mirror",
    descriptions={"en": {"language": "en", "value": "1975 film by Andrei Tarkovsky"}},
    claims={
        "P577": [
            claim({"time": "+1975-03-07T00:00:00Z"}),
            claim({"time": "+1974-00-00T00:00:00Z"}, "deprecated"),
            {"mainsnak": {"snaktype": "somevalue"}, "rank": "normal"},
        ],
        "P57": [claim({"id": "Q853"})],
        "P136": [claim({"id": "Q130232"}), claim({"id": "Q130232"})],
        "P2047": [
            claim({"amount": "+6480", "unit": "http://www.wikidata.org/entity/Q11574"}),
            claim({"amount": "+107", "unit": "http://www.wikidata.org/entity/Q7727"}),
        ],
        "P58": [claim({"id": "Q853"})],
        "P161": [claim({"id": "Q446580"})],
        "P495": [claim({"id": "Q15180"})],
        "P345": [claim("tt0072443")],
        "P4947": [claim("1396")],
        "P1476": [claim({"text": "Зеркало", "language": "ru"})],
    },
)
NO_FILM = item(12, "mirror", claims={"P31": [claim({"id": "Q35197"})]})
SEARCH = (
    "/w/api.php?action=wbsearchentities&search=mirror&language=en&uselang=en"
    "&type=item&limit=30&format=json"
)
ENTITIES = "/w/api.php?action=wbgetentities&ids={}&props={}&languages=en%7Cru&format=json"


@pytest.fixture(scope="module")
def host() -> Iterator[FileHost]:
    with run_file_host() as host:
        host.files[SEARCH] = json.dumps({"search": [{"id": "Q12"}, {"id": "Q11"}]}).encode()
        found = ENTITIES.format("Q12%7CQ11", "labels%7Cdescriptions%7Cclaims")
        host.files[found] = entities(NO_FILM, MIRROR)
        host.files[ENTITIES.format("Q11", "labels%7Cclaims")] = entities(MIRROR)
        names = ENTITIES.format("Q853%7CQ130232%7CQ15180%7CQ446580", "labels")
        host.files[names] = entities(
            item(853, "Andrei Tarkovsky"),
            item(130232, "drama film"),
            item(15180, "Soviet Union"),
            item(446580, "Margarita Terekhova"),
        )
        missing: dict[str, object] = {"id": "Q404", "missing": ""}
        host.files[ENTITIES.format("Q404", "labels%7Cclaims")] = entities(missing)
        yield host


def wikidata(host: FileHost) -> Wikidata:
    http = PublicHttp([HOST], seconds=TIMEOUT, max_bytes=10**6)
    return Wikidata(http, f"{host.url}/w/api.php")


async def test_search_returns_only_films(host: FileHost) -> None:
    assert await wikidata(host).search("mirror", "en") == [
        FilmMatch("wikidata:Q11", "Mirror", 1975, "1975 film by Andrei Tarkovsky")
    ]


async def test_film_has_the_fields_that_the_site_knows(host: FileHost) -> None:
    film = (await wikidata(host).film("Q11", "en")).fields
    assert (film.title, film.original_title, film.year) == ("Mirror", "Зеркало", 1975)
    assert (film.runtime_minutes, film.rating, film.poster) == (107, None, None)
    assert (film.directors, film.genres) == (("Andrei Tarkovsky",), ("drama film",))


async def test_missing_item_is_reported(host: FileHost) -> None:
    film = await wikidata(host).film("Q404", "en")
    assert film.fields.title == ""


async def test_site_that_fails_is_reported(host: FileHost) -> None:
    with pytest.raises(FetchFailed):
        await wikidata(host).film("Q500", "en")


async def test_film_has_credits_countries_and_ids(host: FileHost) -> None:
    parts = (await wikidata(host).film("Q11", "en")).parts
    assert parts.cast == (
        EditedCredit("writing", "Andrei Tarkovsky"),
        EditedCredit("acting", "Margarita Terekhova"),
    )
    assert parts.countries == ("SU",)
    assert parts.ids == (("wikidata", "Q11"), ("imdb", "tt0072443"), ("tmdb", "1396"))
