"""The demo catalogue: films and selections that a new installation starts with."""

from importlib.resources import files
from pathlib import Path


def films_path() -> Path:
    """The films, a JSON object a line."""
    return Path(str(files(__package__).joinpath("films.jsonl")))


def selections_path() -> Path:
    """The selections: a JSON array; their films are ids of `films_path`."""
    return Path(str(files(__package__).joinpath("selections.json")))
