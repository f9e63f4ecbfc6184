"""Real films with their Russian titles, and the Russian names of their people."""

from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parents[1] / "data" / "known_films"


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
    def key(self) -> tuple[str, int]:
        """Title and year, which no two films share."""
        return self.title, self.year


class RussianName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of people_ru.jsonl."""

    name: str
    name_ru: str


@cache
def known_films() -> tuple[KnownFilm, ...]:
    """Return the films in the order of the file."""
    lines = (FOLDER / "films.jsonl").read_bytes()
    return tuple(msgspec.json.Decoder(KnownFilm).decode_lines(lines))


@cache
def russian_names() -> dict[str, str]:
    """Return the Russian name of each person who has one, by the name in the films."""
    lines = (FOLDER / "people_ru.jsonl").read_bytes()
    people = msgspec.json.Decoder(RussianName).decode_lines(lines)
    return {person.name: person.name_ru for person in people}
