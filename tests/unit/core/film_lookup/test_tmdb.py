"""TMDB's responses, as its reference describes them, become films."""

import json
from collections.abc import Iterator

import pytest

from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.parts.model import EditedCredit
from kinoteka.core.film_lookup.model import FilmMatch
from kinoteka.core.film_lookup.tmdb import Tmdb
from kinoteka.infrastructure.public_http import PublicHttp
from tests.support.file_hosts import HOST, FileHost, run_file_host
from tests.support.polling import TIMEOUT

FOUND = {
    "page": 1,
    "results": [
        {
            "adult": False,
            "genre_ids": [18],
            "id": 11,
            "original_language": "ru",
            "original_title": "Зеркало",
            "overview": "A dying man remembers.",
            "popularity": 9.3,
            "poster_path": "/mirror.jpg",
            "release_date": "1975-03-07",
            "title": "Mirror",
            "vote_average": 8.045,
            "vote_count": 900,
        },
        {"id": 12, "title": "Mirror, Unreleased", "release_date": "", "overview": ""},
    ],
    "total_pages": 1,
    "total_results": 2,
}
FILM = FOUND["results"][0] | {  # type: ignore[index]
    "genres": [{"id": 18, "name": "Drama"}, {"id": 36, "name": "History"}],
    "runtime": 107,
    "credits": {
        "cast": [{"name": "Margarita Terekhova", "character": "Natalia", "order": 0}],
        "crew": [
            {"name": "Andrei Tarkovsky", "job": "Director", "department": "Directing"},
            {"name": "Georgy Rerberg", "job": "Director of Photography"},
            {"name": "Andrei Tarkovsky", "job": "Writer", "department": "Writing"},
        ],
    },
    "imdb_id": "tt0072443",
    "production_countries": [{"iso_3166_1": "SU", "name": "Soviet Union"}],
    "translations": {
        "translations": [
            {"iso_639_1": "fr", "data": {"title": "Le Miroir"}},
            {"iso_639_1": "ru", "data": {"title": "Зеркало"}},
            {"iso_639_1": "de", "data": {"title": ""}},
        ]
    },
}
SEARCH = "/3/search/movie?query=the+mirror&language=en"
DETAILS = "/3/movie/11?language=en&append_to_response=credits%2Ctranslations%2Cexternal_ids"


@pytest.fixture(scope="module")
def host() -> Iterator[FileHost]:
    with run_file_host() as host:
        for suffix in ("", "&api_key=secret"):
            host.files[SEARCH + suffix] = json.dumps(FOUND).encode()
            host.files[DETAILS + suffix] = json.dumps(FILM).encode()
        yield host


def tmdb(host: FileHost, key: str = "secret") -> Tmdb:
    http = PublicHttp([HOST], seconds=TIMEOUT, max_bytes=10**6)
    return Tmdb(http, f"{host.url}/3/", key)


async def test_search_returns_films_with_their_years(host: FileHost) -> None:
    assert await tmdb(host).search("the mirror", "en") == [
        FilmMatch("tmdb:11", "Mirror", 1975, "A dying man remembers."),
        FilmMatch("tmdb:12", "Mirror, Unreleased", None, ""),
    ]


async def test_film_has_all_fields_of_the_form(host: FileHost) -> None:
    film = (await tmdb(host).film("11", "en")).fields
    assert (film.title, film.original_title, film.year) == ("Mirror", "Зеркало", 1975)
    assert (film.rating, film.runtime_minutes) == (8.0, 107)
    assert film.genres == ("Drama", "History")
    assert film.directors == ("Andrei Tarkovsky",)
    assert film.poster == "https://image.tmdb.org/t/p/w780/mirror.jpg"


async def test_access_token_is_sent_in_a_header(host: FileHost) -> None:
    await tmdb(host, "aaa.bbb.ccc").search("the mirror", "en")
    assert host.authorization == "Bearer aaa.bbb.ccc"


async def test_film_has_credits_titles_countries_and_ids(host: FileHost) -> None:
    parts = (await tmdb(host).film("11", "en")).parts
    assert parts.cast == (
        EditedCredit("writing", "Andrei Tarkovsky", "Writer"),
        EditedCredit("acting", "Margarita Terekhova", "Natalia"),
    )
    assert parts.titles == (FilmTitle("fr", "translation", "Le Miroir"),)
    assert parts.countries == ("SU",)
    assert parts.ids == (("tmdb", "11"), ("imdb", "tt0072443"))
