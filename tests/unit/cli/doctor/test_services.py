"""Findings about Redis and the file store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kinoteka.cli.doctor.services import check_files, check_redis, judge_redis
from kinoteka.database.inspection import RedisFacts
from kinoteka.infrastructure.settings import Settings
from tests.support.object_stores import URL, ObjectStore, run_object_store
from tests.support.redis_servers import documented_rights, redis_server


class TestRedis:
    def test_nothing_is_reported_without_redis(self) -> None:
        assert list(check_redis(Settings())) == []

    def test_responding_redis_is_fine(self) -> None:
        with redis_server("--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl") as server:
            (finding,) = check_redis(Settings(redis_url=server.url))
        assert finding.severity.name == "FINE"
        assert "64 MiB at most, volatile-ttl" in finding.text

    def test_redis_that_rejects_writes_when_full_is_a_warning(self) -> None:
        with redis_server("--maxmemory", "64mb") as server:
            (finding,) = check_redis(Settings(redis_url=server.url))
        assert (finding.severity.name, "volatile-ttl" in finding.text) == ("WARNING", True)

    @pytest.mark.parametrize(
        "url", ["redis://:hidden-word@127.0.0.1:1/0", "valkey://127.0.0.1:1", "redis://x:port/0"]
    )
    def test_unreachable_redis_is_an_error(self, url: str) -> None:
        (finding,) = check_redis(Settings(redis_url=url))
        assert finding.severity.name == "ERROR"
        assert "hidden-word" not in finding.text

    def test_redis_user_without_permission_for_details_is_fine(self) -> None:
        with redis_server() as server:
            server.ask("ACL", "SETUSER", *documented_rights())
            url = server.url.replace("unix://", "unix://kinoteka:password@")
            (finding,) = check_redis(Settings(redis_url=url))
        assert finding.severity.name == "FINE"
        assert "may not run INFO" in finding.text

    def test_redis_without_a_memory_limit_is_fine(self) -> None:
        (finding,) = judge_redis(RedisFacts("valkey", "8.1.1", 0, "noeviction"))
        assert finding.severity.name == "FINE"
        assert "Valkey 8.1.1" in finding.text


class TestFolder:
    def test_usable_folder_is_left_unchanged(self, tmp_path: Path) -> None:
        (tmp_path / "avatars").mkdir()
        (finding,) = check_files(Settings(data=tmp_path))
        assert finding.severity.name == "FINE"
        assert list((tmp_path / "avatars").iterdir()) == []

    def test_missing_folder_is_not_created(self, tmp_path: Path) -> None:
        (finding,) = check_files(Settings(data=tmp_path))
        assert finding.severity.name == "FINE"
        assert list(tmp_path.iterdir()) == []

    def test_unusable_folder_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "avatars").touch()
        (finding,) = check_files(Settings(data=tmp_path))
        assert finding.severity.name == "ERROR"


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with run_object_store() as store:
        yield store


class TestStore:
    @pytest.fixture
    def settings(self, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Settings:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        return Settings(files_url=URL, files_endpoint=store.endpoint)

    def test_usable_folder_is_left_unchanged(self, settings: Settings, store: ObjectStore) -> None:
        (finding,) = check_files(settings)
        assert finding.severity.name == "FINE"
        assert store.stored() == set()

    def test_store_that_rejects_the_key_is_an_error(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        (finding,) = check_files(settings)
        assert finding.severity.name == "ERROR"
