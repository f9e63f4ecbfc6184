"""Find, fetch, upload and delete posters; the hosts of posters are real."""

from collections.abc import AsyncIterator, Iterator
from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image

from kinoteka.core.access.model import FILMS_EDIT, Actor
from kinoteka.core.catalogue.model import Film
from kinoteka.core.film_posters import service as film_posters
from kinoteka.core.film_posters.model import StoredPoster
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.spooled_files import SpooledFile
from kinoteka.server.app import close, wire
from tests.support.accounts import anonymous_actor
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.file_hosts import HOST, FileHost, run_file_host
from tests.support.pictures import picture
from tests.support.polling import wait_until

EDITOR = Actor(
    account_id=None,
    session_id=None,
    superuser=False,
    roles=(),
    permissions=frozenset({FILMS_EDIT}),
    labels=None,
)
DAY = film_posters.RETRY_AFTER + 1


@pytest.fixture(scope="module")
def running_host() -> Iterator[FileHost]:
    with run_file_host() as host:
        yield host


@pytest.fixture
def host(running_host: FileHost) -> FileHost:
    running_host.requests.clear()
    running_host.most_at_once = 0
    return running_host


class Catalogue:
    """The services of a server, and its films."""

    def __init__(self, services: Services, films: dict[str, int], host: FileHost) -> None:
        self.services = services
        self.posters = services.film_posters
        self.film_id = next(iter(films.values()))
        self.all_ids = list(films.values())
        self._host = host

    def name_poster(self, path: str, film_id: int | None = None) -> None:
        """Let the data set name a poster."""
        execute(
            self.services.settings,
            "UPDATE films SET poster = ? WHERE id = ?",
            self._host.url + path,
            film_id or self.film_id,
        )

    async def find(self, film_id: int | None = None) -> StoredPoster | None:
        async with unit_of_work(self.services.database) as unit:
            film: Film = await self.services.catalogue.film(EDITOR, unit, film_id or self.film_id)
            return await self.posters.find(unit, film)

    async def found(self) -> StoredPoster:
        """Return the poster as soon as it is stored."""
        await wait_until(lambda: self.find())
        poster = await self.find()
        assert poster is not None
        return poster

    def stored(self, columns: str = "film_id") -> list[object]:
        return rows(self.services.settings, f"SELECT {columns} FROM posters")

    def files(self) -> set[str]:
        data = self.services.settings.data
        return {path.name for path in data.glob("poster*/*.webp")}


@pytest.fixture
async def catalogue(
    settings: Settings, films: dict[str, int], host: FileHost, quick_hashes: None
) -> AsyncIterator[Catalogue]:
    services = await wire(replace(settings, poster_hosts_allowed=(HOST,)))
    yield Catalogue(services, films, host)
    await services.film_posters.close()
    await close(services)


class TestFetching:
    async def test_first_view_fetches_the_poster_in_two_sizes(self, catalogue, host):
        catalogue.name_poster("/poster.png")
        assert await catalogue.find() is None
        poster = await catalogue.found()
        sizes = []
        for size in ("small", "large"):
            content = await catalogue.posters.read(poster, size)
            image = Image.open(BytesIO(content))
            assert image.format == "WEBP"
            sizes.append(image.size)
        assert sizes == [(400, 600), (800, 1200)]
        assert host.requests == {"/poster.png": 1}

    @pytest.mark.engines("sqlite")
    async def test_views_at_the_same_time_fetch_once(self, catalogue, host):
        catalogue.name_poster("/poster.png")
        host.gate.clear()
        for _ in range(20):
            await catalogue.find()
        host.gate.set()
        await catalogue.found()
        assert host.requests == {"/poster.png": 1}

    @pytest.mark.engines("sqlite")
    async def test_host_gets_two_requests_at_a_time(self, catalogue, host):
        host.gate.clear()
        for film_id in catalogue.all_ids[:6]:
            catalogue.name_poster("/poster.png", film_id)
            await catalogue.find(film_id)
        await wait_until(lambda: host.at_once == 2)
        host.gate.set()
        await wait_until(lambda: len(catalogue.stored()) == 6)
        assert host.most_at_once == 2

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("path", ["/missing.png", "/text.png", "/loop.png"])
    async def test_failure_is_remembered_for_a_day(self, catalogue, host, path):
        catalogue.name_poster(path)
        await catalogue.find()
        await wait_until(lambda: catalogue.stored("large_file") == [None])
        requests = dict(host.requests)
        assert await catalogue.find() is None
        assert dict(host.requests) == requests
        host.files[path] = picture("JPEG", (300, 450))
        host.redirects.pop(path, None)
        execute(catalogue.services.settings, "UPDATE posters SET checked_at = checked_at - ?", DAY)
        await catalogue.found()

    async def test_new_address_replaces_the_poster_and_its_files(self, catalogue, host):
        catalogue.name_poster("/poster.png")
        first = await catalogue.found()
        host.files["/second.png"] = picture("JPEG", (500, 750))
        catalogue.name_poster("/second.png")
        assert await catalogue.find() is None
        second = await catalogue.found()
        assert second.address != first.address
        await wait_until(lambda: catalogue.files() == set(second.files))

    async def test_lost_file_is_fetched_again(self, catalogue, host):
        catalogue.name_poster("/poster.png")
        lost = await catalogue.found()
        for name in lost.files:
            (catalogue.services.settings.data / "poster_cache" / name).unlink()
        assert await catalogue.posters.read(lost, "small") is None
        await wait_until(lambda: catalogue.stored("small_file") != [lost.small_file])
        poster = await catalogue.found()
        assert await catalogue.posters.read(poster, "small")

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("mode", ["direct", "off"])
    async def test_nothing_is_fetched_in_other_modes(self, settings, films, host, mode):
        services = await wire(replace(settings, posters=mode, poster_hosts_allowed=(HOST,)))
        other = Catalogue(services, films, host)
        other.name_poster("/poster.png")
        assert await other.find() is None
        await services.film_posters.close()
        await close(services)
        assert not host.requests

    @pytest.mark.engines("sqlite")
    async def test_private_host_is_not_requested_unless_allowed(self, settings, films, host):
        services = await wire(settings)
        other = Catalogue(services, films, host)
        other.name_poster("/poster.png")
        await other.find()
        await wait_until(lambda: other.stored("large_file") == [None])
        await services.film_posters.close()
        await close(services)
        assert not host.requests


@pytest.mark.engines("sqlite")
class TestUploads:
    async def upload(self, catalogue: Catalogue, content: bytes, actor: Actor = EDITOR) -> None:
        async with unit_of_work(catalogue.services.database) as unit:
            file = SpooledFile.of(content)
            await catalogue.posters.upload(actor, unit, catalogue.film_id, file)

    async def test_upload_takes_precedence_over_the_data_set(self, catalogue, host):
        catalogue.name_poster("/poster.png")
        await catalogue.found()
        await self.upload(catalogue, picture("PNG", (200, 300)))
        catalogue.name_poster("/text.png")
        poster = await catalogue.found()
        assert poster.is_uploaded
        content = await catalogue.posters.read(poster, "large")
        assert Image.open(BytesIO(content)).size == (200, 300)
        await wait_until(lambda: catalogue.files() == set(poster.files))
        assert host.requests == {"/poster.png": 1}

    async def test_upload_locks_the_field(self, catalogue):
        await self.upload(catalogue, picture())
        assert rows(catalogue.services.settings, "SELECT field FROM film_locks") == ["poster"]

    async def test_removed_upload_leaves_no_file(self, catalogue):
        await self.upload(catalogue, picture())
        async with unit_of_work(catalogue.services.database) as unit:
            await catalogue.posters.remove_upload(EDITOR, unit, catalogue.film_id)
        assert await catalogue.find() is None
        await wait_until(lambda: catalogue.files() == set())

    async def test_invalid_upload_changes_nothing(self, catalogue):
        with raises_error(Code.UPLOAD_WRONG_TYPE):
            await self.upload(catalogue, b"GIF89a")
        assert catalogue.stored() == []

    async def test_upload_needs_the_permission(self, catalogue):
        with raises_error(Code.UNAUTHORIZED):
            await self.upload(catalogue, picture(), await anonymous_actor(catalogue.services))


class TestPruning:
    async def prune(self, catalogue: Catalogue) -> None:
        async with unit_of_work(catalogue.services.database) as unit:
            await catalogue.posters.store_use(unit)
            await catalogue.posters.prune(unit)

    async def test_poster_of_a_film_without_its_address_is_deleted(self, catalogue):
        catalogue.name_poster("/poster.png")
        await catalogue.found()
        await self.prune(catalogue)
        assert len(catalogue.stored()) == 1
        execute(catalogue.services.settings, "UPDATE films SET poster = NULL")
        await self.prune(catalogue)
        assert catalogue.stored() == []
        await wait_until(lambda: catalogue.files() == set())

    async def test_posters_above_the_limit_are_deleted_least_recently_viewed_first(
        self, catalogue, monkeypatch
    ):
        monkeypatch.setattr("kinoteka.core.film_posters.storage.BATCH", 1)
        for film_id in catalogue.all_ids[:3]:
            catalogue.name_poster("/poster.png", film_id)
            await catalogue.find(film_id)
        await wait_until(lambda: len(catalogue.stored()) == 3)
        limit = catalogue.services.settings.poster_cache_megabytes * 1024 * 1024
        settings = catalogue.services.settings
        execute(settings, "UPDATE posters SET bytes = ?, used_at = 1000000 - film_id", limit // 2)
        await self.prune(catalogue)
        assert catalogue.stored() == [min(catalogue.all_ids[:3])]

    async def test_view_makes_a_poster_recent(self, catalogue):
        catalogue.name_poster("/poster.png")
        await catalogue.found()
        execute(catalogue.services.settings, "UPDATE posters SET used_at = 1")
        await catalogue.find()
        await self.prune(catalogue)
        assert catalogue.stored("used_at > 1") == [True]
