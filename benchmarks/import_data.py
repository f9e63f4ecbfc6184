"""Generate data sets of any size in the formats that the import reads.

    python -m benchmarks.import_data imdb 1000000 /tmp/imdb

Titles are made of words of real ones where the Wikipedia data lies beside the project,
and of a built-in list elsewhere; the same number of films gives the same files.
"""

import argparse
import csv
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

REAL_TITLES = Path(__file__).parents[2] / "shared" / "data" / "wikipedia"
WORDS = (
    "love night house man woman city river king queen last first dark light road home war "
    "secret stranger dance summer winter blood silver golden heart moon storm island train "
    "garden return day long lost broken quiet shadow dream fire water stone child mother"
)
GENRES = (
    "Action Adventure Animation Biography Comedy Crime Documentary Drama Family Fantasy "
    "History Horror Music Musical Mystery Romance Sci-Fi Sport Thriller War Western"
)
FIRST_NAMES = "Anna Boris Chen Dana Elif Farid Greta Hugo Ines Jan Kira Léa Mei Nils Olga Paul"
LAST_NAMES = "Adler Bianchi Castro Dubois Eriksen Fischer García Hansen Ivanova Kowalski Lund Mori"
FIRST_ID = 1_000_000
TRANSLATIONS = (
    *(("RU", "ru", "Кино"), ("FR", "fr", "Film"), ("DE", "de", "Der"), ("ES", "es", "El")),
    *(("JP", "ja", "映画"), ("US", "en", "The"), ("IT", "it", "Il"), ("PL", "pl", "Pan")),
)
CREW = ("writer", "producer", "composer", "cinematographer", "editor")


class Film(NamedTuple):
    """A generated film. Directors are numbers of people."""

    number: int
    title: str
    original_title: str
    year: int
    genres: list[str]
    description: str
    rating: float
    votes: int
    directors: list[int]


def films(count: int) -> Iterator[Film]:
    """Yield this many films, with about four directors for every ten."""
    chance = random.Random(count)
    words, genres = _words(), GENRES.split()
    people = max(count * 4 // 10, 1)
    for number in range(FIRST_ID, FIRST_ID + count):
        title = " ".join(chance.choices(words, k=chance.choice((1, 2, 2, 3, 3, 4, 6)))).title()
        original = title if chance.random() < 0.8 else " ".join(chance.choices(words, k=3)).title()
        yield Film(
            number,
            title,
            original,
            chance.randint(1895, 2024),
            chance.sample(genres, chance.choice((1, 1, 2, 3))),
            " ".join(chance.choices(words, k=25)).capitalize() + ".",
            chance.randint(10, 100) / 10,
            int(chance.paretovariate(0.6)) + 4 & 0x3FFFFF,
            [chance.randrange(people) for _ in range(chance.choice((1, 1, 1, 1, 1, 1, 2)))],
        )


def name_of(person: int) -> str:
    """Return the name of the person with this number. No two share a name."""
    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    rest, family = divmod(person, len(last))
    number, given = divmod(rest, len(first))
    return f"{first[given]} {_initials(number)}{last[family]}"


def write_imdb(folder: Path, count: int, others: int = 0) -> list[Path]:
    """Write the four files, with `others` irrelevant episodes and people for each film."""
    paths = [
        folder / f"{name}.tsv"
        for name in ("title.basics", "title.crew", "title.ratings", "name.basics")
    ]
    with (
        paths[0].open("w", encoding="utf-8") as basics,
        paths[1].open("w", encoding="utf-8") as crew,
        paths[2].open("w", encoding="utf-8") as ratings,
        paths[3].open("w", encoding="utf-8") as names,
    ):
        basics.write(
            "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear"
            "\truntimeMinutes\tgenres\n"
        )
        crew.write("tconst\tdirectors\twriters\n")
        ratings.write("tconst\taverageRating\tnumVotes\n")
        names.write(
            "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n"
        )
        for film in films(count):
            tconst = f"tt{film.number}"
            basics.write(
                f"{tconst}\tmovie\t{film.title}\t{film.original_title}\t0\t{film.year}\t\\N\t"
                f"{film.number % 120 + 60}\t{','.join(film.genres)}\n"
            )
            directors = ",".join(f"nm{FIRST_ID + person}" for person in film.directors)
            crew.write(f"{tconst}\t{directors}\t\\N\n")
            ratings.write(f"{tconst}\t{film.rating}\t{film.votes}\n")
            for other in range(others):
                episode = f"tt{FIRST_ID + count + (film.number - FIRST_ID) * others + other}"
                basics.write(
                    f"{episode}\ttvEpisode\tEpisode #1.{other}\tEpisode #1.{other}\t0\t"
                    f"{film.year}\t\\N\t\\N\tDrama\n"
                )
                crew.write(f"{episode}\t\\N\t\\N\n")
        for person in range(max(count * 4 // 10, 1) + count * others):
            names.write(
                f"nm{FIRST_ID + person}\t{name_of(person)}\t\\N\t\\N\tdirector\ttt{FIRST_ID}\n"
            )
    return paths


def write_imdb_extras(folder: Path, count: int) -> list[Path]:
    """Write title.akas and title.principals: 8 titles and 15 credits for each film."""
    paths = [folder / f"{name}.tsv" for name in ("title.akas", "title.principals")]
    people = max(count * 4 // 10, 1)
    chance = random.Random(count)
    with (
        paths[0].open("w", encoding="utf-8") as akas,
        paths[1].open("w", encoding="utf-8") as principals,
    ):
        akas.write(
            "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n"
        )
        principals.write("tconst\tordering\tnconst\tcategory\tjob\tcharacters\n")
        for film in films(count):
            tconst = f"tt{film.number}"
            for place, (region, language, word) in enumerate(TRANSLATIONS, 1):
                akas.write(
                    f"{tconst}\t{place}\t{word} {film.title}\t{region}\t{language}"
                    "\timdbDisplay\t\\N\t0\n"
                )
            for place in range(1, 16):
                person = chance.randrange(people)
                characters = json.dumps([f"{name_of(person % 5000)}"]) if place < 11 else "\\N"
                category = ("actor", "actress")[place % 2] if place < 11 else CREW[place - 11]
                principals.write(
                    f"{tconst}\t{place}\tnm{FIRST_ID + person}\t{category}\t\\N\t{characters}\n"
                )
    return paths


def write_movielens(folder: Path, count: int) -> list[Path]:
    """Write movies.csv alone."""
    path = folder / "movies.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("movieId", "title", "genres"))
        for film in films(count):
            title = f"{film.title}, The" if film.number % 5 == 0 else film.title
            rows.writerow((film.number, f"{title} ({film.year})", "|".join(film.genres)))
    return [path]


def write_csv(folder: Path, count: int) -> list[Path]:
    """Write a table with all fields."""
    path = folder / "films.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, list(_object(next(films(1)))))
        rows.writeheader()
        for film in films(count):
            lists = {"genres": "|".join(film.genres), "directors": "|".join(_directors(film))}
            rows.writerow(_object(film) | lists)
    return [path]


def write_jsonl(folder: Path, count: int) -> list[Path]:
    """Write an object on each line."""
    path = folder / "films.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for film in films(count):
            file.write(json.dumps(_object(film), ensure_ascii=False) + "\n")
    return [path]


def write_json(folder: Path, count: int) -> list[Path]:
    """Write one array on one line."""
    path = folder / "films.json"
    _write_array(path, (_object(film) for film in films(count)), indent=None)
    return [path]


def write_wikipedia(folder: Path, count: int) -> list[Path]:
    """Write one pretty-printed array in the layout of the scraped films."""
    path = folder / "movies-all.json"
    objects = (
        {
            "title": film.title,
            "year": film.year,
            "cast": [name_of(film.number % 5000), name_of(film.number % 7000)],
            "genres": film.genres,
            "href": f"{film.title.replace(' ', '_')}_{film.number}",
            "extract": film.description,
            "thumbnail": f"https://upload.wikimedia.org/wikipedia/en/{film.number}.jpg",
            "thumbnail_width": 320,
            "thumbnail_height": 480,
        }
        for film in films(count)
    )
    _write_array(path, objects, indent=2)
    return [path]


WRITERS: dict[str, Callable[[Path, int], list[Path]]] = {
    "imdb": write_imdb,
    "movielens": write_movielens,
    "csv": write_csv,
    "jsonl": write_jsonl,
    "json": write_json,
    "wikipedia": write_wikipedia,
}


def _words() -> list[str]:
    words: dict[str, None] = {}
    for path in sorted(REAL_TITLES.glob("*.json")):
        for found in json.loads(path.read_text(encoding="utf-8")):
            words.update(dict.fromkeys(word for word in found["title"].split() if word.isalpha()))
    return list(words) or WORDS.split()


def _initials(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number, 26)
        letters += f"{chr(ord('A') + letter)}. "
    return letters


def _directors(film: Film) -> list[str]:
    return [name_of(person) for person in film.directors]


def _object(film: Film) -> dict[str, object]:
    return {
        "id": film.number,
        "title": film.title,
        "original_title": film.original_title,
        "year": film.year,
        "directors": _directors(film),
        "genres": film.genres,
        "description": film.description,
        "rating": film.rating,
        "votes": film.votes,
        "trailer": None,
    }


def _write_array(path: Path, objects: Iterator[dict[str, object]], indent: int | None) -> None:
    with path.open("w", encoding="utf-8") as file:
        separator = "["
        for found in objects:
            file.write(separator + json.dumps(found, ensure_ascii=False, indent=indent))
            separator = ", " if indent is None else ",\n"
        file.write("]\n")


def main() -> None:
    """Write the files that the command line names and print their paths."""
    parser = argparse.ArgumentParser(description="Write a made-up data set.")
    parser.add_argument("format", choices=WRITERS)
    parser.add_argument("films", type=int)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for path in WRITERS[arguments.format](arguments.folder, arguments.films):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
