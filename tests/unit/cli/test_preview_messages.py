"""What `kinoteka import --preview` says."""

import pytest
from click.testing import CliRunner

from kinoteka.cli.main import cli
from kinoteka.cli.preview_messages import REASONS, film_lines, preview_lines
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.preview import preview_import
from kinoteka.core.imports.readers import ReadOptions
from kinoteka.core.imports.record import Credit, FilmRecord

TABLE = """tconst;title;mood;votes
tt0089881;Ran;sad;1.000
tt0078748;Alien;sad;12
"""


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "films.csv"
    path.write_text(TABLE)
    return [
        line.replace(f"{tmp_path}/", "")
        for line in preview_lines(preview_import(FORMATS["csv"], [path], ReadOptions()))
    ]


def test_preview_names_columns_questions_films_and_rejected_rows(lines):
    assert lines == [
        "csv, source films; nothing was stored",
        "films.csv:",
        "  encoding utf-8; ; between columns; header row in line 1",
        "  tconst  → id, imdb_id (by its name)",
        "  title   → title (by its name)",
        "  mood    left alone (unknown name)",
        "  votes   → votes (by its name)",
        "question: films.csv: does 1.000 mean thousands? Such rows are rejected; name the"
        " separator: --thousands comma or --thousands dot",
        "sample films:",
        "  Alien",
        "    id          tt0078748",
        "    votes       12",
        "    ids         imdb tt0078748",
        "rejected: films.csv:2: votes_invalid (1.000: 1 or 1000? name the separator of thousands)",
    ]


def test_every_reason_of_a_column_has_a_text():
    assert set(REASONS) == {
        *("option", "name", "content", "unknown", "repeated", "note", "personal")
    }


def test_film_is_shown_with_everything_that_would_be_stored():
    film = FilmRecord(
        title="Ran",
        original_title="乱",
        year=1985,
        description="x" * 200,
        rating=8.2,
        trailer=None,
        poster=None,
        genres=("War",),
        directors=("Akira Kurosawa",),
        runtime_minutes=162,
        external_id="7",
        votes=1200,
        tmdb_id=11645,
        ids=(("kinopoisk", "508"),),
        titles=(("ru", "translation", "Ран"),),
        countries=("JP",),
        credits=(Credit("acting", "Tatsuya Nakadai"), Credit("writing", "Hideo Oguni")),
    )
    assert list(film_lines(film)) == [
        "  Ran / 乱 (1985)",
        "    id          7",
        "    rating      8.2",
        "    votes       1,200",
        "    runtime     162 min",
        "    genres      War",
        "    directors   Akira Kurosawa",
        "    cast        Tatsuya Nakadai",
        "    writers     Hideo Oguni",
        "    countries   JP",
        "    titles      Ран (translation)",
        "    ids         tmdb 11645, kinopoisk 508",
        "    description " + "x" * 99 + "…",
    ]


def test_preview_of_a_file_that_cannot_be_read_says_why(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    arguments = ["import", "films", str(tmp_path / "empty.csv"), "--preview"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 2
    assert "is empty" in done.stderr
