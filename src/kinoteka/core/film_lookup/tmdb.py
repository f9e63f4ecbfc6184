"""Look up films at The Movie Database (https://developer.themoviedb.org/reference)."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from kinoteka.core.catalogue.model import FilmFields
from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.parts.model import EDITED_KINDS, EditedCredit, EditedParts
from kinoteka.core.film_lookup.model import FilmMatch, FoundFilm, year_of
from kinoteka.core.imports.formats import tmdb_objects
from kinoteka.core.imports.formats.country_codes import country_codes
from kinoteka.infrastructure.public_http import PublicHttp

POSTERS = "https://image.tmdb.org/t/p/w780"
MAX_MATCHES = 10
JSON = b"application/json"


class _Match(msgspec.Struct):
    id: int
    title: str
    release_date: str | None = None
    overview: str = ""


class _Matches(msgspec.Struct):
    results: list[_Match]


class _Genre(msgspec.Struct):
    name: str


class _CrewMember(msgspec.Struct):
    name: str
    job: str = ""


class _Credits(msgspec.Struct):
    crew: list[_CrewMember] = []


class _Country(msgspec.Struct):
    iso_3166_1: str


class _Film(msgspec.Struct):
    title: str
    original_title: str = ""
    overview: str = ""
    release_date: str | None = None
    runtime: int | None = None
    vote_average: float = 0
    poster_path: str | None = None
    genres: list[_Genre] = []
    production_countries: list[_Country] = []
    credits: _Credits = msgspec.field(default_factory=_Credits)


class Tmdb:
    """The API, version 3, at `url`. `key` is an API key or a read access token."""

    name = "tmdb"

    def __init__(self, http: PublicHttp, url: str, key: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key

    async def search(self, text: str, language: str) -> list[FilmMatch]:
        """Return the films that match a text, best first."""
        content = await self._get("/search/movie", query=text, language=language)
        matches = msgspec.json.decode(content, type=_Matches).results
        return [
            FilmMatch(f"tmdb:{each.id}", each.title, year_of(each.release_date), each.overview)
            for each in matches[:MAX_MATCHES]
        ]

    async def film(self, film_id: str, language: str) -> FoundFilm:
        """Return a film by its id."""
        content = await self._get(
            f"/movie/{film_id}",
            language=language,
            append_to_response="credits,translations,external_ids",
        )
        film = msgspec.json.decode(content, type=_Film)
        directors = [each.name for each in film.credits.crew if each.job == "Director"]
        fields = FilmFields(
            title=film.title,
            original_title=film.original_title if film.original_title != film.title else None,
            description=film.overview,
            year=year_of(film.release_date),
            rating=round(film.vote_average, 1) or None,
            runtime_minutes=film.runtime or None,
            trailer=None,
            poster=POSTERS + film.poster_path if film.poster_path else None,
            genres=tuple(each.name for each in film.genres),
            directors=tuple(dict.fromkeys(directors)),
        )
        return FoundFilm(fields, _parts(content, film))

    async def _get(self, path: str, **query: str) -> bytes:
        headers = []
        if "." in self._key:  # a read access token, which is a JWT
            headers.append((b"Authorization", f"Bearer {self._key}".encode()))
        else:
            query["api_key"] = self._key
        return await self._http.get(
            f"{self._url}{path}?{urlencode(query)}", accept=JSON, headers=headers
        )


def _parts(content: bytes, film: _Film) -> EditedParts:
    lists = tmdb_objects.lists(msgspec.json.decode(content, type=dict[str, Any]))
    shown = {film.title, film.original_title}
    return EditedParts(
        cast=tuple(
            EditedCredit(each.department, each.name, each.role)
            for each in lists.credits
            if each.department != "directing"
        ),
        titles=tuple(FilmTitle(*each) for each in lists.titles if each[2] not in shown),
        countries=country_codes(each.iso_3166_1 for each in film.production_countries),
        ids=tuple(each for each in lists.ids if each[0] in EDITED_KINDS),
    )
