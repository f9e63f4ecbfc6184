"""Blocking reads and writes of commands."""

import pytest

from kinoteka.core.tokens import queries
from kinoteka.database.blocking import reading, writing
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows


def test_block_that_fails_stores_nothing(settings):
    with pytest.raises(RuntimeError), writing(settings) as writer:
        writer.fetch(queries.INSERT_FINGERPRINT, name="secret key", value="x")
        raise RuntimeError
    assert rows(settings, "SELECT name FROM key_fingerprints") == []


def test_block_stores_what_it_wrote(settings):
    with writing(settings) as writer:
        writer.fetch(queries.INSERT_FINGERPRINT, name="secret key", value="x")
    with reading(settings) as reader:
        assert reader.fetch(queries.ALL_FINGERPRINTS) == [("secret key", "x")]


def test_unreachable_or_missing_database_is_unusable(tmp_path):
    unreachable = Settings(data=tmp_path, database_url="postgresql://films@127.0.0.1:1/films")
    for settings in (unreachable, Settings(data=tmp_path / "none")):
        with pytest.raises(DatabaseUnusable), reading(settings):
            pass
