"""Films as TMDB's API and tables describe them.

Layout: https://developer.themoviedb.org/reference/movie-details, with `append_to_response` for
credits, translations and external_ids.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kinoteka.core.imports.formats import texts
from kinoteka.core.imports.formats.film_rows import MAX_CREDITS, MAX_TITLES, Lists
from kinoteka.core.imports.formats.identifiers import id_of, unique_ids
from kinoteka.core.imports.formats.texts import DESCRIPTION_LIMIT, NAME_LIMIT
from kinoteka.core.imports.formats.values import TITLE_LIMIT
from kinoteka.core.imports.record import Credit

POSTER_BASE_URL = "https://image.tmdb.org/t/p/w342"
GENRES = {
    28: "Action",
    12: "Adventure",
    16: "Animation",
    35: "Comedy",
    80: "Crime",
    99: "Documentary",
    18: "Drama",
    10751: "Family",
    14: "Fantasy",
    36: "History",
    27: "Horror",
    10402: "Music",
    9648: "Mystery",
    10749: "Romance",
    878: "Science Fiction",
    10770: "TV Movie",
    53: "Thriller",
    10752: "War",
    37: "Western",
}
"""TMDB's genres of films by id: lists of films have only the ids."""
_DEPARTMENTS = {
    "Directing": "directing",
    "Writing": "writing",
    "Production": "production",
    "Camera": "camera",
    "Sound": "music",
    "Editing": "editing",
}
MAX_DIRECTORS, MAX_WRITERS = 3, 3

Object = Mapping[str, Any]


def is_film(found: Object) -> bool:
    """Return whether an object comes from TMDB."""
    return "vote_average" in found and ("genre_ids" in found or "poster_path" in found)


def poster_url(path: object) -> str | None:
    """Return the address of a poster from its path."""
    return POSTER_BASE_URL + path if isinstance(path, str) and path.startswith("/") else None


def columns(found: Object) -> dict[str, Any]:
    """Return a film's columns: genres by name, the address of the poster, directors."""
    result = {**found, "poster": poster_url(found.get("poster_path")), "poster_path": None}
    if not found.get("genres"):
        ids = found.get("genre_ids")
        result["genres"] = [
            GENRES[number] for number in (ids if isinstance(ids, list) else ()) if number in GENRES
        ]
    crew = _list(found.get("credits"), "crew")
    if crew:
        result["directors"] = [
            member.get("name") for member in crew if member.get("job") == "Director"
        ]
    return result


def lists(found: Object) -> Lists:
    """Return a film's ids, further titles and credits."""
    external = found.get("external_ids")
    external = external if isinstance(external, dict) else {}
    ids = [
        ("tmdb", id_of("tmdb", found.get("id"))),
        ("imdb", id_of("imdb", found.get("imdb_id") or external.get("imdb_id"))),
        ("wikidata", id_of("wikidata", external.get("wikidata_id"))),
    ]
    people = found.get("credits")
    return Lists(
        ids=unique_ids(ids),
        titles=tuple(dict.fromkeys(_titles(found)))[:MAX_TITLES],
        credits=credits_of(_list(people, "cast"), _list(people, "crew")),
    )


def credits_of(cast: Sequence[Object], crew: Sequence[Object]) -> tuple[Credit, ...]:
    """Return at most MAX_CREDITS credits: directors and writers first, then the cast in order."""
    directing = _crew(crew, {"Director"})[:MAX_DIRECTORS]
    writing = _crew(crew, {"Writer", "Screenplay", "Story", "Author", "Novel"})[:MAX_WRITERS]
    acting = [
        Credit("acting", _text(member["name"]), _text(member.get("character")), _ids(member))
        for member in cast
        if member.get("name")
    ]
    return (*directing, *writing, *acting)[:MAX_CREDITS]


def _crew(crew: Sequence[Object], jobs: set[str]) -> list[Credit]:
    found: dict[tuple[str, str], Credit] = {}
    for member in crew:
        department = _DEPARTMENTS.get(str(member.get("department")), "crew")
        if member.get("job") in jobs and member.get("name"):
            if member["job"] == "Director":
                department = "directing"
            credit = Credit(department, _text(member["name"]), member["job"], _ids(member))
            found.setdefault((department, credit.name), credit)
    return list(found.values())


def _ids(member: Object) -> tuple[tuple[str, str], ...]:
    return unique_ids([("tmdb", id_of("tmdb", member.get("id")))])


def _titles(found: Object) -> Iterator[tuple[str, str, str]]:
    for each in _list(found.get("translations"), "translations"):
        data = each.get("data")
        title = data.get("title") if isinstance(data, dict) else None
        if title and isinstance(title, str):
            yield str(each.get("iso_639_1") or "")[:3], "translation", _title(title)
    for each in _list(found.get("alternative_titles"), "titles"):
        if isinstance(each.get("title"), str) and each["title"].strip():
            yield "", "alternative", _title(each["title"])


def _text(value: object) -> str:
    """Return a name or a role. Roles that are too long are cut off."""
    return texts.text_of(value if isinstance(value, str) else "", "credits", DESCRIPTION_LIMIT)[
        :NAME_LIMIT
    ]


def _title(value: str) -> str:
    return texts.text_of(value, "titles", TITLE_LIMIT)


def _list(found: object, key: str) -> list[Object]:
    inner = found.get(key) if isinstance(found, dict) else None
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []
