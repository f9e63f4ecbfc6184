"""Import pages: all file formats, permissions and results."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from kinoteka.core.import_runs.folders import RunFolders
from kinoteka.database.revisions import INCREMENT_REVISION
from tests.conftest import GENEROUS, new_database
from tests.support.databases import rows, write_transaction
from tests.support.films import RECORDED_FILMS
from tests.support.html_pages import element, parse_page
from tests.support.management_site import (
    BROKEN,
    TABLE,
    ManagementSite,
    run_management_site,
    run_management_site_on,
    text_at,
)
from tests.support.polling import eventually
from tests.support.servers import RunningServer, run_server

LIMIT = 1024 * 1024


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("managed-imports")
    with run_management_site_on(engine, request, folder, import_limit_megabytes="1") as made:
        yield made


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


@pytest.fixture(scope="module")
def finished(site: ManagementSite) -> str:
    """The path of a finished import, whose file has a hostile name."""
    root = site.root()
    path = begun(root, ("../../<b>злой</b>.csv", TABLE), source="finished")
    ended(root, path)
    return path


def send(browser: httpx.Client, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    named = [("files", file) for file in files]
    return browser.post("/manage/imports/new", data=fields, files=named)


def begun(browser: httpx.Client, *files: tuple[str, bytes], **fields: str) -> str:
    """The path of an import that has begun."""
    response = send(browser, *files, **fields)
    assert response.status_code == 303, response.text
    return response.headers["location"]


def is_running(browser: httpx.Client, path: str) -> bool:
    return 'hx-trigger="every' in browser.get(path).text


def ended(browser: httpx.Client, path: str):
    """Return the page of an import after it has finished."""
    eventually(lambda: not is_running(browser, path))
    return parse_page(browser.get(path))


def counts(page) -> dict[str, int]:
    names = [node.text() for node in page.css(".manage-counts dt")]
    return dict(zip(names, (int(n.text()) for n in page.css(".manage-counts dd")), strict=True))


def nothing_left(site: ManagementSite) -> bool:
    root = site.server.data / "imports"
    return not [path for path in root.glob("*") if not path.name.isdecimal()]


class TestImporting:
    def test_table_is_imported(self, site: ManagementSite, root: httpx.Client) -> None:
        path = begun(root, ("table.csv", TABLE))
        page = ended(root, path)
        assert counts(page) == {
            "Read": 2, "Added": 2, "Changed": 0, "Unchanged": 0, "Rejected": 0,
        }  # fmt: skip
        assert text_at(page, "#run .badge") == "Finished"
        again = ended(root, begun(root, ("table.csv", TABLE)))
        assert counts(again)["Unchanged"] == 2
        listed = parse_page(root.get("/manage/imports"))
        assert element(listed, f"a[href='{path}']").text() == "table.csv"
        eventually(lambda: "Imported One" in root.get("/manage/films?q=imported+one").text)

    def test_import_is_undone(self, site: ManagementSite, root: httpx.Client) -> None:
        path = begun(root, ("undone.csv", b"id,title,year\n1,Undone One,1961\n"))
        page = ended(root, path)
        assert element(page, f"form[action='{path}/undo'] button").text().strip()
        assert root.post(f"{path}/undo").status_code == 303
        page = parse_page(root.get(path))
        assert "removed: 1" in element(page, "#run .banner").text()
        assert page.css_first(f"form[action='{path}/undo']") is None
        assert root.post(f"{path}/undo").status_code == 409

    def test_dataset_of_several_files_is_imported(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        films = b"movieId,title,genres\n1,Toy Story (1995),Adventure|Comedy\n"
        links = b"movieId,imdbId,tmdbId\n1,0114709,862\n"
        page = ended(root, begun(root, ("links.csv", links), ("movies.csv", films)))
        assert counts(page)["Added"] == 1
        sql = (
            "SELECT kind, value FROM film_ids JOIN films ON films.id = film_id"
            " WHERE title = 'Toy Story'"
        )
        assert set(rows(site.server.settings, sql)) >= {("imdb", "tt0114709"), ("tmdb", "862")}

    def test_options_are_applied(self, site: ManagementSite, root: httpx.Client) -> None:
        table = b"Code;Name;Released\n7;Chosen Well;1950\n"
        path = begun(
            root,
            ("chosen.csv", table),
            source="club",
            mapping="id=Code\r\ntitle=Name\r\nyear=Released",
            labels="classic:year=..1960",
        )
        assert counts(ended(root, path))["Added"] == 1
        sql = (
            f"SELECT source, external_id, labels.name FROM {RECORDED_FILMS}"
            " JOIN labels ON labels.id = label_id WHERE title = 'Chosen Well'"
        )
        assert rows(site.server.settings, sql) == [("club", "7", "classic")]

    def test_invalid_rows_stop_an_import(self, site: ManagementSite, root: httpx.Client) -> None:
        page = ended(root, begun(root, ("broken.csv", BROKEN)))
        assert text_at(page, "#run .badge") == "Failed"
        assert "Some rows are invalid" in text_at(page, ".banner")
        cells = [node.text() for node in page.css("tbody tr td")]
        assert cells[:4] == ["broken.csv", "3", "invalid year", "19850"]
        assert cells[4:7] == ["broken.csv", "4", "no title"]

    def test_invalid_rows_are_skipped_with_keep_going(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        path = begun(root, ("broken.csv", BROKEN), keep_going="true")
        page = ended(root, path)
        assert (counts(page)["Added"], counts(page)["Rejected"]) == (1, 2)
        report = root.get(f"{path}/report")
        assert report.headers["content-disposition"].startswith("attachment")
        lines = [json.loads(line) for line in report.text.splitlines()]
        assert [line["line"] for line in lines] == [3, 4]
        assert str(site.server.data) not in report.text

    def test_file_names_are_only_displayed(
        self, site: ManagementSite, root: httpx.Client, finished: str
    ) -> None:
        page = parse_page(root.get(finished))
        assert "b>.csv" in text_at(page, "#run")
        assert page.css_first("#run b") is None
        assert not list(site.server.data.glob("*.csv"))

    def test_htmx_receives_only_the_progress(self, root: httpx.Client, finished: str) -> None:
        response = root.get(finished, headers={"hx-request": "true"})
        assert "<html" not in response.text
        assert 'id="run-told" hx-swap-oob="innerHTML">Finished' in response.text


class TestRejectedUploads:
    @pytest.mark.parametrize(
        ("files", "fields", "sentence"),
        [
            ([("empty.csv", b"")], {}, "empty.csv is empty."),
            ([("a.csv", b"a,b\n1,2\n")], {}, "a.csv is missing these columns: title."),
            ([("a.csv", TABLE)], {"format": "json"}, "a.csv is not a JSON array."),
            (
                [("a.csv", TABLE)],
                {"format": "imdb"},
                "The header row of a.csv does not match any of these",
            ),
            ([("a.csv", b"title,\xff\nA,1\n")], {}, "a.csv is not valid UTF-8."),
            ([("a.csv.gz", b"\x1f\x8b\x08broken")], {}, "a.csv.gz could not be read"),
        ],
    )
    def test_unusable_files_are_rejected(
        self, site: ManagementSite, root: httpx.Client, files: list, fields: dict, sentence: str
    ) -> None:
        page = parse_page(send(root, *files, **fields), 400)
        assert text_at(page, "#wrong-files").startswith(sentence)
        assert nothing_left(site)

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("format", "word", "This value is not valid."),
            ("mapping", "nonsense", "Write each line as FIELD=COLUMN."),
            ("labels", "nonsense", "One of the rules is not valid."),
            ("source", "x" * 101, "This is too long."),
            ("adult", "true", "This setting does not apply to the format of these files."),
            ("adult", "perhaps", ""),
        ],
    )
    def test_invalid_options_are_rejected(
        self, site: ManagementSite, root: httpx.Client, field: str, value: str, sentence: str
    ) -> None:
        page = parse_page(send(root, ("a.csv", TABLE), **{field: value}), 400)
        assert sentence in text_at(page, "main")
        assert nothing_left(site)

    def test_too_large_upload_is_rejected(self, site: ManagementSite, root: httpx.Client) -> None:
        row = b"1,x,1990\n"
        for size in (LIMIT + 1, 3 * LIMIT):
            content = b"id,title,year\n" + row * (size // len(row) + 1)
            page = parse_page(send(root, ("large.csv", content)), 413)
            assert "This file is too large." in text_at(page, "#wrong-files")
        assert nothing_left(site)
        fields = {"mapping": "x" * 70_000}
        parse_page(send(root, ("a.csv", TABLE), **fields), 413)
        assert nothing_left(site)

    def test_missing_file_is_rejected(self, site: ManagementSite, root: httpx.Client) -> None:
        boundary = {"content-type": "multipart/form-data; boundary=x"}
        none = b'--x\r\ncontent-disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--x--'
        cut = b'--x\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\nid,ti'
        for content, headers in (
            (none, boundary),
            (cut, boundary),
            (b"", boundary),
            (b"files=x", {"content-type": "application/x-www-form-urlencoded"}),
        ):
            response = root.post("/manage/imports/new", content=content, headers=headers)
            assert "Choose a file." in text_at(parse_page(response, 400), "#wrong-files")
        assert nothing_left(site)

    def test_interrupted_upload_leaves_nothing(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        host, _, port = site.server.url.removeprefix("http://").partition(":")
        cookies = "; ".join(f"{name}={value}" for name, value in root.cookies.items())
        head = (
            "POST /manage/imports/new HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\n"
            f"cookie: {cookies}\r\ncontent-type: multipart/form-data; boundary=x\r\n"
            "content-length: 500000\r\n\r\n"
            '--x\r\ncontent-disposition: form-data; name="files"; filename="a.csv"\r\n\r\nid,title'
        )
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode())
            eventually(lambda: not nothing_left(site))
        eventually(lambda: nothing_left(site))

    def test_unknown_import_is_not_found(self, root: httpx.Client) -> None:
        for path in ("/manage/imports/999999", "/manage/imports/999999/report"):
            parse_page(root.get(path), 404)
        parse_page(root.post("/manage/imports/999999/cancel"), 404)
        parse_page(root.get("/manage/imports?before=0"), 400)


@pytest.fixture
def held_import(site: ManagementSite) -> Callable[[], AbstractContextManager[None]]:
    """Keep every import from storing, and every other writer on SQLite, within a block."""
    return partial(block_writers, site)


@contextmanager
def block_writers(site: ManagementSite) -> Iterator[None]:
    with write_transaction(site.server.settings) as writer:
        writer.fetch(INCREMENT_REVISION, revision="catalogue")
        yield


class TestWhileItRuns:
    def test_second_import_is_rejected(
        self, site: ManagementSite, root: httpx.Client, held_import
    ) -> None:
        path = begun(root, ("slow.csv", TABLE))
        with held_import():
            page = parse_page(send(root, ("b.csv", TABLE)), 409)
            assert "Another import is running" in text_at(page, "main")
            assert is_running(root, path)
            assert "progress" in root.get(path).text
            assert nothing_left(site)
        assert text_at(ended(root, path), "#run .badge") == "Finished"

    def test_import_is_cancelled(
        self, site: ManagementSite, root: httpx.Client, held_import
    ) -> None:
        path = begun(root, ("cancelled.csv", TABLE.replace(b"Imported", b"Cancelled")))
        with held_import():
            response = root.post(f"{path}/cancel")
            assert response.headers["location"] == path
        page = ended(root, path)
        assert text_at(page, "#run .badge") == "Cancelled"
        assert "Cancelled One" not in root.get("/manage/films?q=cancelled+one").text
        assert root.post(f"{path}/cancel").status_code == 303
        assert root.get(f"{path}/cancel").headers["location"] == path


def test_import_is_over_after_a_restart(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The import process ended with the server, or counts as ended."""
    folder = tmp_path / "again"
    with new_database(engine, request, folder) as database:
        settings = GENEROUS | database
        with run_management_site(folder, settings) as site:
            root = site.root()
            first = begun(root, ("a.csv", TABLE))
            with block_writers(site):
                process_id = _process_of(site.server, first)
                site.server.process.kill()
                os.kill(process_id, signal.SIGKILL)
        with run_server(folder, settings) as server:
            later = ManagementSite(server, {}, site.superuser)
            page = ended(later.root(), first)
            assert text_at(page, "#run .badge") == "Failed"
            assert "stopped unexpectedly" in text_at(page, ".banner")
            second = begun(later.root(), ("a.csv", TABLE))
            process_id = _process_of(server, second, is_reading=False)
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
        with run_server(folder, settings) as server:
            last = ManagementSite(server, {}, site.superuser).root()
            assert text_at(ended(last, second), "#run .badge") in ("Failed", "Finished")
            assert counts(ended(last, begun(last, ("a.csv", TABLE))))["Read"] == 2


def _process_of(server: RunningServer, path: str, *, is_reading: bool = True) -> int:
    folder = RunFolders(server.data).folder(int(path.rpartition("/")[2]))
    eventually(lambda: folder.process_id() is not None)
    if is_reading:
        eventually(lambda: folder.progress().read > 0)
    return folder.process_id() or 0


class TestPermissions:
    PATHS = ("/manage/imports", "/manage/imports/new", "/manage/imports/1")

    def test_anonymous_reader_is_redirected_to_sign_in(self, site: ManagementSite) -> None:
        browser = site.browser()
        for path in self.PATHS:
            assert browser.get(path).headers["location"].startswith("/sign-in")
        assert send(browser, ("a.csv", TABLE)).headers["location"].startswith("/sign-in")

    def test_missing_permission_is_rejected(
        self, site: ManagementSite, root: httpx.Client, finished: str
    ) -> None:
        browser = site.holder(root, "films.edit", "films.label")
        for each in (*self.PATHS, finished, f"{finished}/report"):
            assert browser.get(each).status_code == 403, each
        assert send(browser, ("a.csv", TABLE)).status_code == 403
        assert browser.post(f"{finished}/cancel").status_code == 403
        importer = site.holder(root, "films.import")
        assert importer.get(finished).status_code == 200
        ended(importer, begun(importer, ("table.csv", TABLE)))

    def test_cross_site_form_is_rejected(self, site: ManagementSite, root: httpx.Client) -> None:
        files = {"files": ("a.csv", TABLE)}
        headers = {"sec-fetch-site": "cross-site"}
        response = root.post("/manage/imports/new", files=files, headers=headers)
        assert response.status_code == 403


def test_imports_are_limited(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with (
        new_database(engine, request, tmp_path / "often") as database,
        run_management_site(
            tmp_path / "often", GENEROUS | database | {"upload_limit": "1 per hour"}
        ) as site,
    ):
        root = site.root()
        ended(root, begun(root, ("a.csv", TABLE)))
        response = send(root, ("a.csv", TABLE))
        assert response.status_code == 429
        assert "Too many requests" in response.text
