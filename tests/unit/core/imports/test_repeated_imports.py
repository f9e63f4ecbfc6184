"""Importing the same files a second time writes nothing, on both engines.

Triggers count every inserted, changed and deleted row of every table.
"""

from pathlib import Path

import pytest

from kinoteka.core.imports import demo
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.readers import Progress, ReadOptions
from kinoteka.core.imports.service import Import
from kinoteka.database.import_target import Changes
from kinoteka.database.schema import metadata
from tests.unit.core.imports.formats.test_imdb_extras import AKAS, BASICS, NAMES, PRINCIPALS, aka

SQLITE_TRIGGER = (
    "CREATE TRIGGER count_{table}_{event} AFTER {event} ON {table}"
    " BEGIN INSERT INTO written VALUES ('{table}'); END"
)
# An import turns off triggers unless they are always on.
POSTGRESQL_FUNCTION = (
    "CREATE FUNCTION count_row() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN INSERT INTO written VALUES (TG_TABLE_NAME); RETURN NULL; END'"
)
POSTGRESQL_TRIGGER = (
    "CREATE TRIGGER count_{table}_{event} AFTER {event} ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION count_row()",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER count_{table}_{event}",
)


def count_written_rows(stored) -> None:
    stored.execute("CREATE TABLE written (name TEXT)")
    is_postgresql = bool(stored.settings.database_url)
    if is_postgresql:
        stored.execute(POSTGRESQL_FUNCTION)
    for table in metadata.tables:
        for event in ("INSERT", "UPDATE", "DELETE"):
            for statement in POSTGRESQL_TRIGGER if is_postgresql else (SQLITE_TRIGGER,):
                stored.execute(statement.format(table=table, event=event))


def written(stored) -> list[tuple[str, int]]:
    return stored.rows("SELECT name, count(*) FROM written GROUP BY name ORDER BY name")


def import_files(stored, name: str, files: list[Path], source: str | None) -> Changes:
    options = ReadOptions(source=source)
    running = Import(FORMATS[name].source(files, options), keep_going=True)
    return running.run(stored.settings, FORMATS[name].parts(files, options, Progress()))


@pytest.fixture
def imdb_files(tmp_path: Path) -> list[Path]:
    contents = {
        "basics": BASICS,
        "akas": AKAS + aka("tt1", "Чужой", "RU") + aka("tt5", "Схватка", language="ru"),
        "principals": PRINCIPALS
        + 'tt1\t1\tnm2\tactress\t\\N\t["Ripley"]\ntt1\t2\tnm1\tdirector\t\\N\t\\N\n'
        + "tt5\t1\tnm3\twriter\twritten by\t\\N\n",
        "names": NAMES,
    }
    paths = [tmp_path / f"{name}.tsv" for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_text(content)
    return paths


def test_second_import_of_titles_and_credits_writes_nothing(stored, imdb_files) -> None:
    assert import_files(stored, "imdb", imdb_files, None).added == 2
    count_written_rows(stored)
    changes = import_files(stored, "imdb", imdb_files, None)
    assert (changes.added, changes.changed, changes.joined) == (0, 0, 0)
    assert written(stored) == []


def test_written_rows_are_counted(stored, imdb_files) -> None:
    count_written_rows(stored)
    import_files(stored, "imdb", imdb_files, None)
    assert {"films", "credits", "film_titles", "film_values"} <= {
        name for name, _ in written(stored)
    }


def test_second_import_of_every_sample_writes_nothing(stored, real_data: Path) -> None:
    samples = (
        ("jsonl", [demo.films_path()], "demo"),
        ("wikipedia", [real_data / "wikipedia" / "movies-1940s.json"], None),
        ("movielens", sorted((real_data / "movielens-small").glob("*.csv")), None),
        ("tmdb", sorted((real_data / "tmdb").glob("*.csv")), None),
        ("imdb", sorted((real_data / "imdb-sample").glob("*.tsv")), None),
    )
    for sample in samples:
        import_files(stored, *sample)
    count_written_rows(stored)
    for sample in samples:
        changes = import_files(stored, *sample)
        assert (changes.added, changes.changed, changes.joined) == (0, 0, 0), sample[0]
        assert written(stored) == [], sample[0]
