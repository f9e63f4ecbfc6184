"""Real films with their Russian titles and names, and queries that must find them."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

FOLDER = Path(__file__).parents[1] / "data" / "known_films"


class FilmKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Title and year, which no two films share."""

    title: str
    year: int


class KnownFilm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of films.jsonl."""

    title: str
    year: int
    directors: tuple[str, ...]
    cast: tuple[str, ...]
    genres: tuple[str, ...]
    votes: int
    countries: tuple[str, ...] = ()
    original_title: str | None = None
    title_ru: str | None = None

    @property
    def key(self) -> FilmKey:
        """Return what identifies the film."""
        return FilmKey(self.title, self.year)


class RussianName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of people_ru.jsonl."""

    name: str
    name_ru: str


class KnownQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of queries.jsonl. One of the films must come first."""

    query: str
    language: Literal["en", "ru", "other"]
    kind: str
    films: tuple[FilmKey, ...]


@cache
def known_films() -> tuple[KnownFilm, ...]:
    """Return the films in the order of the file."""
    lines = (FOLDER / "films.jsonl").read_bytes()
    return tuple(msgspec.json.Decoder(KnownFilm).decode_lines(lines))


@cache
def known_queries() -> tuple[KnownQuery, ...]:
    """Return the queries in the order of the file."""
    lines = (FOLDER / "queries.jsonl").read_bytes()
    return tuple(msgspec.json.Decoder(KnownQuery).decode_lines(lines))


@cache
def sealed_queries() -> tuple[KnownQuery, ...]:
    """Return the queries whose author had not seen how searches work."""
    lines = (FOLDER / "sealed_queries.jsonl").read_bytes()
    return tuple(msgspec.json.Decoder(KnownQuery).decode_lines(lines))


@cache
def russian_names() -> dict[str, str]:
    """Return the Russian name of each person who has one, by the name in the films."""
    lines = (FOLDER / "people_ru.jsonl").read_bytes()
    people = msgspec.json.Decoder(RussianName).decode_lines(lines)
    return {person.name: person.name_ru for person in people}
