"""Staging in a file beside the database file."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.staging import Staging
from kinoteka.database.engines.sqlite.imports.staging import StagingFile


@pytest.fixture
def path(tmp_path):
    return tmp_path / "films.staging"


def test_staging_file_is_deleted_on_close_and_replaces_one_left_by_a_crash(path):
    path.write_bytes(b"left behind by a killed import")
    with Staging(StagingFile(path)) as into:
        into.add(film("1", "Alien"))
        assert path.exists()
    assert not path.exists()
