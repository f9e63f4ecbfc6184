"""The command `kinoteka import`, run as operators run it."""

import gzip
import json
import os
import signal
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kinoteka.cli.main import cli
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import database_environment, rows
from tests.support.films import RECORDED_FILMS
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import RunningServer, clean_environment

GOOD = "id,title,year,genre\n1,Alien,1979,Horror\n2,Mirror,1975,Drama\n3,Ran,1985,War\n"
# A missing title, a year 0, a quote that is never closed, bad UTF-8; between them, sound rows.
BROKEN = (
    b'id,title,year,genre\n1,Alien,1979,Horror\n2,,1975,Drama\n3,Ran,0,War\n4,"Mir,1984,Drama\n'
    b"5,\xff\xfe,1990,Drama\n6,Brother,1997,Crime\n"
)
REASONS = {3: "title_missing", 4: "year_invalid", 5: "csv_invalid", 6: "encoding_invalid"}

SAMPLES = {
    "imdb": {
        "title.basics.tsv.gz": "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear"
        "\tendYear\truntimeMinutes\tgenres\n"
        'tt1\tmovie\tThe "Matrix"\tMatrix\t0\t1999\t\\N\t136\tAction,Sci-Fi\n'
        "tt2\tshort\tShorty\tShorty\t0\t2001\t\\N\t5\tShort\n",
        "title.crew.tsv": "tconst\tdirectors\twriters\ntt1\tnm1,nm2\t\\N\n",
        "title.ratings.tsv": "tconst\taverageRating\tnumVotes\ntt1\t8.7\t2000000\n",
        "name.basics.tsv": "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession"
        "\tknownForTitles\nnm1\tLana Wachowski\t1965\t\\N\tdirector\ttt1\n"
        "nm2\tLilly Wachowski\t1967\t\\N\tdirector\ttt1\n",
    },
    "movielens": {
        "movies.csv": 'movieId,title,genres\n1,"Matrix, The (1999)",Action|Sci-Fi\n',
        "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,1\n2,1,5.0,2\n",
        "links.csv": "movieId,imdbId,tmdbId\n1,0133093,603\n",
    },
    "tmdb": {
        "tmdb_5000_movies.csv": "budget,genres,id,overview,release_date,title\n"
        '1,"[{""id"": 28, ""name"": ""Action""}]",603,Neo wakes up.,3/30/1999,The Matrix\n',
        "tmdb_5000_credits.csv": "movie_id,title,cast,crew\n"
        '603,The Matrix,[],"[{""job"": ""Director"", ""name"": ""Lana Wachowski""}]"\n',
    },
    "wikipedia": {
        "movies-1990s.json": json.dumps(
            [{"title": "The Matrix", "year": 1999, "genres": ["Action"], "href": "The_Matrix"}],
            indent=2,
        )
    },
    "csv": {"films.csv": "title;year\nThe Matrix;1999\n"},
    "jsonl": {"films.jsonl": '{"title": "The Matrix", "year": 1999}\n'},
    "json": {"films.json": '[{"title": "The Matrix", "year": 1999}]'},
    "spreadsheet": {"films.xls": "<table><tr><td>title<td>year<tr><td>The Matrix<td>1999</table>"},
    "nfo": {"matrix.nfo": "<movie><title>The Matrix</title><year>1999</year></movie>"},
}
WRITTEN = f"""
SELECT films.source, films.year, films.rating, genres.name, people.name
FROM {RECORDED_FILMS}
JOIN genres ON genres.id = genre_id JOIN people ON people.id = director_id
"""
SUFFIXES = (".csv", ".json", ".jsonl", ".tsv", ".gz", ".zip", ".xls", ".nfo")
KINOTEKA_VARIABLES = [name for name, *_ in config.rows()]
FIRST = {
    "imdb": ("imdb", 1999, 8.7, "Action", "Lana Wachowski"),
    "movielens": ("movielens", 1999, 9.0, "Action", "Unknown"),
    "tmdb": ("tmdb", 1999, None, "Action", "Lana Wachowski"),
    "wikipedia": ("wikipedia", 1999, None, "Action", "Unknown"),
    "nfo": ("nfo", 1999, None, "Unknown", "Unknown"),
}


class Folder:
    """A folder of files to import, and a catalogue to import them into."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.settings = settings

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def rows(self, sql: str) -> list[object]:
        """What a query gives; the bare values where it has one column."""
        return rows(self.settings, sql)

    def titles(self) -> list[object]:
        """The titles of all films by id."""
        return self.rows("SELECT title FROM films ORDER BY id")


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Folder:
    """A folder of files to import, and an empty catalogue."""
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "broken.csv").write_bytes(BROKEN)
    return Folder(tmp_path, settings)


def imported(folder: Folder, *arguments: str) -> Result:
    """Run the command in this process, with the names of the folder's files as they are."""
    return invoked(
        folder.path, *arguments, "--data", "data", environment=database_environment(folder.settings)
    )


def invoked(path: Path, *arguments: str, environment: Mapping[str, str]) -> Result:
    """Run the command with paths in this folder."""
    given = [
        str(path / argument)
        if argument == "data" or Path(argument).suffix in SUFFIXES
        else argument
        for argument in arguments
    ]
    runner = CliRunner(env={**dict.fromkeys(KINOTEKA_VARIABLES), **environment})
    return runner.invoke(cli, ["import", *given])


def counts(done: Result) -> dict[str, str]:
    """What the summary counts."""
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    return {line[0]: line[1] for line in lines}


def messages(done: Result) -> list[str]:
    """Return the lines on standard error, except those that a slow machine writes each second."""
    lines = done.stderr.splitlines()
    return [line for line in lines if not line.startswith(("reading ", "storing "))]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_can_be_imported(folder, name):
    for file, content in SAMPLES[name].items():
        written = content.encode()
        (folder / file).write_bytes(gzip.compress(written) if file.endswith("gz") else written)
    done = imported(folder, name, *SAMPLES[name])
    assert (done.exit_code, messages(done)) == (0, [])
    assert (counts(done)["added"], counts(done)["rejected"]) == ("1", "0")
    expected = FIRST.get(name, ("films", 1999, None, "Unknown", "Unknown"))
    assert folder.rows(WRITTEN) == [expected]


def test_preview_shows_films_and_stores_nothing(folder):
    arguments = ["films", "broken.csv", "--preview", "--data", str(folder / "none")]
    done = invoked(folder.path, *arguments, environment={})
    assert (done.exit_code, messages(done)) == (0, [])
    assert "genre  → genres (by its name)" in done.stdout
    assert "  Alien (1979)" in done.stdout
    assert not (folder / "none").exists()


class TestAgain:
    def test_same_file_changes_nothing(self, folder):
        imported(folder, "csv", "good.csv")
        done = imported(folder, "csv", "good.csv")
        assert done.exit_code == 0
        assert counts(done) == {"added": "0", "changed": "0", "unchanged": "3", "rejected": "0"}

    def test_changed_row_changes_one_film(self, folder):
        imported(folder, "csv", "good.csv")
        (folder / "good.csv").write_text(GOOD.replace("Mirror", "The Mirror"))
        done = imported(folder, "csv", "good.csv")
        assert counts(done) == {"added": "0", "changed": "1", "unchanged": "2", "rejected": "0"}
        assert folder.titles() == ["Alien", "The Mirror", "Ran"]

    def test_file_with_another_name_is_another_source_whose_films_are_joined(self, folder):
        imported(folder, "csv", "good.csv")
        done = imported(folder, "csv", "good.csv", "--source", "club")
        assert (counts(done)["added"], counts(done)["joined"]) == ("0", "3")
        assert "(3 by title and year)" in done.stdout
        assert counts(imported(folder, "csv", "good.csv", "--source", "club"))["unchanged"] == "3"


class TestBrokenRows:
    def test_broken_row_leaves_its_file_out(self, folder):
        done = imported(folder, "csv", "broken.csv")
        assert (done.exit_code, done.stdout) == (1, "")
        for line, reason in REASONS.items():
            assert f"broken.csv:{line}: {reason}" in done.stderr
        assert "nothing was stored because of invalid rows" in done.stderr
        assert folder.titles() == []

    def test_other_files_are_stored_when_one_is_left_out(self, folder):
        done = imported(folder, "csv", "good.csv", "broken.csv")
        assert done.exit_code == 1
        assert "left out because of an invalid row" in done.stderr
        assert folder.titles() == ["Alien", "Mirror", "Ran"]

    def test_broken_row_leaves_out_all_files_of_a_joined_format(self, folder):
        for file, content in SAMPLES["movielens"].items():
            (folder / file).write_text(content)
        (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,many,1\n")
        done = imported(folder, "movielens", "movies.csv", "ratings.csv")
        assert done.exit_code == 1
        assert folder.titles() == []

    def test_keep_going_stores_the_rest_and_lists_each_rejected_row(self, folder):
        done = imported(folder, "csv", "broken.csv", "--keep-going")
        assert (done.exit_code, messages(done)) == (0, [])
        assert folder.titles() == ["Alien", "Brother"]
        assert counts(done)["rejected"] == "4"
        for line, reason in REASONS.items():
            assert f"broken.csv:{line}: {reason}" in done.stdout

    def test_report_has_every_rejected_row(self, folder):
        report = folder / "report.jsonl"
        imported(folder, "csv", "broken.csv", "--keep-going", "--report", "report.jsonl")
        rejected = [json.loads(line) for line in report.read_text().splitlines()]
        assert {each["line"]: each["reason"] for each in rejected} == REASONS
        assert {each["path"] for each in rejected} == {str(folder / "broken.csv")}

    def test_report_has_every_rejected_row_without_keep_going(self, folder):
        imported(folder, "csv", "broken.csv", "--report", "report.jsonl")
        lines = (folder / "report.jsonl").read_text().splitlines()
        assert {json.loads(line)["line"] for line in lines} == {*REASONS}


class TestRecognition:
    def test_summary_names_the_columns_used_and_unused(self, folder):
        (folder / "watched.csv").write_text(
            "Date,Name,Year,Letterboxd URI,Rating,Mood\n2024-05-01,Alien,1979,https://boxd.it/a,4,x\n"
        )
        done = imported(folder, "csv", "watched.csv")
        assert f"{folder / 'watched.csv'}:\n- used: Name → title, Year → year" in done.stdout
        assert "- unused: Date (a member's own), Rating (a member's own), Mood\n" in done.stdout

    def test_summary_names_encoding_scale_list_and_turned_titles(self, folder):
        rows = "".join(f'"Матрица, The ({1990 + n})",{n % 9 / 2 + 1}\n' for n in range(20))
        (folder / "films.csv").write_bytes(f"title,rating\n{rows}".encode("cp1251"))
        done = imported(folder, "csv", "films.csv")
        facts = "(encoding cp1251, ratings up to 5, titles like “Matrix, The (1999)”)"
        assert facts in done.stdout

    def test_repeated_row_is_counted(self, folder):
        (folder / "films.csv").write_text("title,year\nHeat,1995\nHeat,1995\n")
        assert counts(imported(folder, "csv", "films.csv"))["repeated"] == "1"
        assert folder.titles() == ["Heat"]

    def test_series_are_skipped_unless_named(self, folder):
        (folder / "films.csv").write_text("title,Title Type\nAlien,Movie\nDark,TV Series\n")
        done = imported(folder, "csv", "films.csv")
        assert "skipped    1 (series 1)" in done.stdout
        imported(folder, "csv", "films.csv", "--kinds", "film,series")
        assert folder.titles() == ["Alien", "Dark"]

    def test_format_is_detected_also_in_an_archive(self, folder):
        with zipfile.ZipFile(folder / "export.zip", "w") as archive:
            archive.writestr("lists/films.json", '{"results": [{"title": "Alien"}]}')
        assert imported(folder, "films", "export.zip").exit_code == 0
        assert folder.titles() == ["Alien"]

    def test_separator_of_thousands_is_named(self, folder):
        (folder / "films.csv").write_text("title,votes\nAlien,1.000\n")
        done = imported(folder, "csv", "films.csv")
        assert "votes_invalid (1.000: 1 or 1000? name the separator of thousands" in done.stderr
        imported(folder, "csv", "films.csv", "--thousands", "dot")
        assert folder.rows("SELECT votes FROM films") == [1000]

    def test_columns_scale_and_encoding_are_named(self, folder):
        (folder / "films.csv").write_bytes("Брат,4\n".encode("cp866"))
        options = ("--columns", "title,rating", "--scale", "5", "--encoding", "cp866")
        assert imported(folder, "csv", "films.csv", *options).exit_code == 0
        assert folder.rows("SELECT title, rating FROM films") == [("Брат", 8)]


class TestOptions:
    def test_columns_are_mapped(self, folder):
        (folder / "films.csv").write_text("Name,Release Date\nAlien,25 May 1979\n")
        imported(folder, "csv", "films.csv", "--map", "title=Name", "--map", "year=Release Date")
        assert folder.rows("SELECT title, year FROM films") == [("Alien", 1979)]

    def test_label_rules_set_labels(self, folder):
        imported(
            folder, "csv", "good.csv", "--label", "premium:genre=war", "--label", "old:year=..1975"
        )
        sql = "SELECT title, name FROM films LEFT JOIN labels ON labels.id = label_id"
        assert dict(folder.rows(sql)) == {"Alien": None, "Mirror": "old", "Ran": "premium"}

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("doc", "good.csv"), "doc is not a format. The formats are imdb, movielens"),
            (("csv",), "FILES"),
            (("csv", "missing.csv"), "does not exist"),
            (("csv", "good.csv", "--map", "colour=x"), "--map colour=x"),
            (("csv", "good.csv", "--map", "title=Name"), "is missing these columns: Name"),
            (("csv", "good.csv", "--label", "premium"), "--label premium"),
            (("csv", "good.csv", "--adult"), "--adult can only be used with imdb, tmdb, json"),
            (("csv", "good.csv", "--source", " "), "--source is empty"),
            (("imdb", "good.csv"), "good.csv has a header row that matches none of these"),
            (("imdb", "good.csv", "--type", "game"), "game is not a title type"),
            (("json", "good.csv"), "good.csv is not a JSON array"),
            (("csv", "headless.csv"), "has no header row; name its columns, for example --columns"),
            (("csv", "good.csv", "--columns", "title"), "names 1 columns, but"),
            (("json", "good.csv", "--columns", "title"), "--columns can only be used with csv"),
            (("csv", "good.csv", "--kinds", "opera"), "opera is not a kind"),
            (("csv", "good.csv", "--scale", "many"), "--scale many: expected the highest rating"),
            (("csv", "good.csv", "--encoding", "x"), "--encoding x is not the name of an encoding"),
            (("csv", "stars.csv"), "the highest of 3 ratings is 5.0, so their scale is not clear"),
        ],
    )
    def test_wrong_options_are_reported_before_files_are_read(self, tmp_path, arguments, says):
        (tmp_path / "good.csv").write_text(GOOD)
        (tmp_path / "headless.csv").write_text("Alien,1979\n")
        (tmp_path / "stars.csv").write_text("title,rating\nA,4.5\nB,5\nC,3\n")
        done = invoked(tmp_path, *arguments, "--data", "data", environment={})
        assert (done.exit_code, done.stdout) == (2, "")
        assert says in done.stderr
        assert not (tmp_path / "data").exists()


def generated(count: int) -> str:
    return "".join(f'{{"id": {n}, "title": "Film {n}", "year": 1999}}\n' for n in range(count))


class StartedImport:
    """An import in another process, and what it writes on standard error."""

    def __init__(self, folder: Folder, *arguments: str) -> None:
        command = ("import", *arguments, "--data", str(folder / "data"))
        environment = clean_environment(database_environment(folder.settings))
        reading, writing = os.pipe()
        self.process = ForkedCommand(command, environment, writing)
        os.close(writing)
        self.errors = os.fdopen(reading)

    def end(self) -> tuple[int, list[str]]:
        """Wait for its end. Return its exit code and the rest of the lines."""
        lines = self.errors.read().splitlines()
        return self.process.wait(TIMEOUT), lines

    def close(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()
        self.errors.close()


class TestWhileItRuns:
    @pytest.fixture
    def under_way(self, folder):
        """An import that has read a part of its file, and will read on for a while."""
        # Its report is on the disk once it has read the rejected rows, however fast it is.
        many, report = folder / "many.jsonl", folder / "rejected.jsonl"
        many.write_text('{"id": 0}\n' * 1_000 + generated(50_000))
        arguments = ("jsonl", str(many), "--keep-going", "--report", str(report))
        with closing(StartedImport(folder, *arguments)) as started:
            eventually(lambda: report.exists() and report.stat().st_size)
            yield started

    def test_interrupted_import_stores_nothing(self, folder, under_way):
        under_way.process.send_signal(signal.SIGINT)
        code, said = under_way.end()
        assert said[-1] == "kinoteka: interrupted; nothing was stored"
        assert code == 130
        assert folder.titles() == []
        assert not list((folder / "data").glob("*.staging"))

    def test_killed_import_stores_nothing_and_does_not_block_the_next(self, folder, under_way):
        under_way.process.kill()
        under_way.end()
        assert folder.titles() == []
        assert imported(folder, "csv", "good.csv").exit_code == 0
        assert not list((folder / "data").glob("*.staging"))

    def test_second_import_at_the_same_time_is_rejected(self, folder, under_way):
        under_way.process.send_signal(signal.SIGSTOP)  # so that it does not end meanwhile
        done = imported(folder, "csv", "good.csv")
        under_way.process.send_signal(signal.SIGCONT)
        assert done.exit_code == 1
        said = done.stderr.splitlines()
        assert said[-1] == "kinoteka: another import is running; nothing was stored"
        code, said = under_way.end()
        assert code == 0
        assert len(folder.titles()) == 50_000
        assert all(line.startswith(("reading ", "storing ")) for line in said)


class TestBesideAServer:
    def test_running_server_serves_new_films(self, start_server):
        server: RunningServer = start_server()
        client = server.client()
        assert client.get("/movies/?page=1").json() == []
        (server.data / "films.csv").write_text(GOOD)
        done = server.command("import", "csv", str(server.data / "films.csv"))
        assert done.returncode == 0, done.stderr
        eventually(lambda: client.get("/movies/?page=1").json())
        shown = [film["title"] for film in client.get("/movies/?page=1").json()]
        assert shown == ["Alien", "Mirror", "Ran"]
        assert [film["title"] for film in client.get("/movies/?q=alein").json()] == ["Alien"]
