from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from kinoteka.storage.migrations import current, migrate, newest
from kinoteka.storage.schema import metadata


def test_a_new_database_gets_the_newest_schema_once(tmp_path):
    path = tmp_path / "new" / "kinoteka.db"
    assert current(path) is None
    assert migrate(path) is True
    assert current(path) == newest()
    assert migrate(path) is False


def test_of_two_at_once_one_does_it(tmp_path):
    path = tmp_path / "kinoteka.db"
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: migrate(path), range(4)))
    assert sorted(done) == [False, False, False, True]


def test_the_migrations_end_at_the_schema_of_the_code(empty_database):
    engine = create_engine(f"sqlite:///{empty_database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def is_ours(name, kind, _parents):
    """The search index has tables of its own, which its engine keeps."""
    return kind != "table" or not name.startswith("search_")
