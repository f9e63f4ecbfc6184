"""The demo catalogue: the films and selections of a new installation."""

from importlib.resources import files
from pathlib import Path


def films_path() -> Path:
    """Return the path of the films (JSON Lines)."""
    return Path(str(files(__package__).joinpath("films.jsonl")))


def selections_path() -> Path:
    """Return the path of the selections (a JSON array). They list ids of `films_path`."""
    return Path(str(files(__package__).joinpath("selections.json")))


def russian_names_path() -> Path:
    """Return the path of the Russian names of people (a JSON object by name)."""
    return Path(str(files(__package__).joinpath("names_ru.json")))
