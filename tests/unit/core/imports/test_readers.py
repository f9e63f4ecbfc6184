"""Formats: help texts and the names of their sources."""

from pathlib import Path

import pytest

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.readers import ReadOptions


def test_every_format_has_a_help_text():
    names = ["imdb", "movielens", "tmdb", "wikipedia", "csv", "jsonl", "json", "spreadsheet", "nfo"]
    assert list(FORMATS) == names
    assert all(known.help and known.name == name for name, known in FORMATS.items())


@pytest.mark.parametrize(
    ("name", "file", "given", "source"),
    [
        ("imdb", "title.basics.tsv.gz", None, "imdb"),
        ("imdb", "title.basics.tsv.gz", "mine", "imdb"),
        ("csv", "/data/My Films.csv.gz", None, "my films"),
        ("csv", "/data/My Films.csv.gz", "club", "club"),
        ("jsonl", "demo.jsonl", "demo", "demo"),
    ],
)
def test_source_is_fixed_for_data_sets_and_chosen_by_the_operator_for_tables(
    name, file, given, source
):
    assert FORMATS[name].source([Path(file)], ReadOptions(source=given)) == source
