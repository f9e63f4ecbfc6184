"""Look up films at Wikidata (https://www.wikidata.org/wiki/Wikidata:Data_access)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import msgspec

from kinoteka.core.catalogue.model import FilmFields
from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.parts.model import EditedCredit, EditedParts
from kinoteka.core.film_lookup.model import FilmMatch, FoundFilm, year_of
from kinoteka.core.imports.formats.country_codes import country_codes
from kinoteka.core.imports.formats.identifiers import id_of, unique_ids
from kinoteka.infrastructure.public_addresses import FetchFailed
from kinoteka.infrastructure.public_http import PublicHttp

MAX_MATCHES = 10
MAX_ITEMS = 50
"""The number of items that one request may name."""
JSON = b"application/json"

PUBLICATION_DATE, DIRECTOR, GENRE, DURATION = "P577", "P57", "P136", "P2047"
ORIGINAL_TITLE = "P1476"
CAST_MEMBER, SCREENWRITER, COUNTRY = "P161", "P58", "P495"
IDS = {"imdb": "P345", "tmdb": "P4947", "kinopoisk": "P2603"}
"""The claims that have ids of other sites."""
TITLE_LANGUAGES = ("en", "ru")
MINUTE = "Q7727"


class _Text(msgspec.Struct):
    value: str


class _Value(msgspec.Struct):
    value: Any = None


class _Snak(msgspec.Struct):
    datavalue: _Value | None = None


class _Statement(msgspec.Struct):
    mainsnak: _Snak
    rank: str = "normal"


class _Item(msgspec.Struct):
    id: str
    labels: dict[str, _Text] = {}
    descriptions: dict[str, _Text] = {}
    claims: dict[str, list[_Statement]] = {}

    def values(self, claim: str) -> list[Any]:
        """Return the values of a claim, the preferred ones first, without deprecated ones."""
        ranked = [each for each in self.claims.get(claim, ()) if each.rank != "deprecated"]
        ranked.sort(key=lambda each: each.rank != "preferred")
        values = (each.mainsnak.datavalue for each in ranked)
        return [each.value for each in values if each is not None and each.value is not None]

    @property
    def year(self) -> int | None:
        """Return the year of the first publication."""
        years = [year_of(each["time"]) for each in self.values(PUBLICATION_DATE)]
        return min((each for each in years if each), default=None)

    def text(self, texts: dict[str, _Text], language: str) -> str:
        """Return one of the texts: in the language, or else in English."""
        found = texts.get(language) or texts.get("en")
        return found.value if found else ""


class _Items(msgspec.Struct):
    entities: dict[str, _Item] = {}


class _SearchResult(msgspec.Struct):
    id: str


class _SearchResults(msgspec.Struct):
    search: list[_SearchResult] = []


class Wikidata:
    """The API of MediaWiki at `url`."""

    name = "wikidata"

    def __init__(self, http: PublicHttp, url: str) -> None:
        self._http = http
        self._url = url

    async def search(self, text: str, language: str) -> list[FilmMatch]:
        """Return the films that match a text. Other items are omitted."""
        content = await self._get(
            action="wbsearchentities",
            search=text,
            language=language,
            uselang=language,
            type="item",
            limit="30",
        )
        ids = [each.id for each in msgspec.json.decode(content, type=_SearchResults).search]
        items = await self._items(ids, "labels|descriptions|claims", language)
        # Many classes of items are films, but only works have directors.
        films = [items[each] for each in ids if each in items and items[each].values(DIRECTOR)]
        return [
            FilmMatch(
                f"wikidata:{each.id}",
                each.text(each.labels, language) or each.id,
                each.year,
                each.text(each.descriptions, language),
            )
            for each in films[:MAX_MATCHES]
        ]

    async def film(self, film_id: str, language: str) -> FoundFilm:
        """Return a film by its id (Q83495)."""
        found = await self._items([film_id], "labels|claims", language)
        if film_id not in found:
            raise FetchFailed("the item does not exist")
        film = found[film_id]
        directors, genres = _ids(film.values(DIRECTOR)), _ids(film.values(GENRE))
        writers, countries = _ids(film.values(SCREENWRITER)), _ids(film.values(COUNTRY))
        others = [*directors, *genres, *writers, *countries, *_ids(film.values(CAST_MEMBER))]
        named = await self._items(list(dict.fromkeys(others))[:MAX_ITEMS], "labels", language)
        title = film.text(film.labels, language)
        original = next((each["text"] for each in film.values(ORIGINAL_TITLE)), None)
        fields = FilmFields(
            title=title or original or "",
            original_title=original if original != title else None,
            description="",
            year=film.year,
            rating=None,
            runtime_minutes=_minutes(film.values(DURATION)),
            trailer=None,
            poster=None,
            genres=_names(genres, named, language),
            directors=_names(directors, named, language),
        )
        return FoundFilm(fields, _parts(film, named, language, {title, original}))

    async def _items(self, ids: list[str], props: str, language: str) -> dict[str, _Item]:
        if not ids:
            return {}
        content = await self._get(
            action="wbgetentities",
            ids="|".join(ids[:MAX_ITEMS]),
            props=props,
            languages="|".join(dict.fromkeys((language, *TITLE_LANGUAGES))),
        )
        return msgspec.json.decode(content, type=_Items).entities

    async def _get(self, **query: str) -> bytes:
        return await self._http.get(
            f"{self._url}?{urlencode({**query, 'format': 'json'})}", accept=JSON
        )


def _parts(
    film: _Item, named: dict[str, _Item], language: str, shown: set[str | None]
) -> EditedParts:
    """Return the parts of a film. `named` has the labels of people and countries."""
    people = (("writing", SCREENWRITER), ("acting", CAST_MEMBER))
    titles = ((each, film.labels[each].value) for each in TITLE_LANGUAGES if each in film.labels)
    ids = [
        (kind, id_of(kind, value)) for kind, claim in IDS.items() for value in film.values(claim)
    ]
    return EditedParts(
        cast=tuple(
            EditedCredit(department, name)
            for department, claim in people
            for name in _names(_ids(film.values(claim)), named, language)
        ),
        titles=tuple(
            FilmTitle(code, "translation", title) for code, title in titles if title not in shown
        ),
        countries=country_codes(_names(_ids(film.values(COUNTRY)), named, language)),
        ids=unique_ids([("wikidata", film.id), *ids]),
    )


def _ids(values: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(each["id"] for each in values))


def _names(ids: Iterable[str], items: dict[str, _Item], language: str) -> tuple[str, ...]:
    names = (items[each].text(items[each].labels, language) for each in ids if each in items)
    return tuple(name for name in names if name)


def _minutes(values: Iterable[Any]) -> int | None:
    """Return the first duration in whole minutes."""
    for each in values:
        if str(each["unit"]).endswith(f"/{MINUTE}"):
            return round(float(each["amount"])) or None
    return None
