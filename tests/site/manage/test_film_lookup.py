"""A film of another site fills in the form of a new film."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.file_hosts import FileHost, run_file_host
from tests.support.html_pages import element, parse_page, text_of
from tests.support.management_site import ManagementSite, form_fields, run_management_site

FOUND = {"results": [{"id": 11, "title": "Mirror <i>", "release_date": "1975-03-07"}]}
FILM = {
    "title": "Mirror <i>",
    "original_title": "Зеркало",
    "overview": "A dying man remembers.",
    "release_date": "1975-03-07",
    "runtime": 107,
    "genres": [{"name": "Drama"}],
    "credits": {"crew": [{"name": "Andrei Tarkovsky", "job": "Director"}]},
}
PAGE = "/manage/films/new"


@pytest.fixture(scope="module")
def host() -> Iterator[FileHost]:
    with run_file_host() as host:
        search = "/search/movie?query=mirror&language={}&api_key=secret-key"
        parts = "credits%2Ctranslations%2Cexternal_ids"
        film = f"/movie/11?language={{}}&append_to_response={parts}&api_key=secret-key"
        for language in ("en", "ru"):
            host.files[search.format(language)] = json.dumps(FOUND).encode()
            host.files[film.format(language)] = json.dumps(FILM).encode()
        yield host


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, host: FileHost) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("lookup")
    with run_management_site(folder, {"tmdb_key": "secret-key", "tmdb_url": host.url}) as site:
        yield site


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def test_chosen_film_fills_in_the_form(root: httpx.Client) -> None:
    found = parse_page(root.get(PAGE, params={"q": "mirror"}))
    link = element(found, ".manage-matches a")
    assert text_of(link) == "Mirror <i> (1975)"
    page = parse_page(root.get(str(link.attributes["href"])))
    fields = form_fields(page, f"form[action='{PAGE}'][method=post]")
    assert (fields["title"], fields["original_title"]) == ("Mirror <i>", "Зеркало")
    assert (fields["year"], fields["runtime_minutes"]) == ("1975", "107")
    assert (fields["genres"], fields["directors"]) == ("Drama", "Andrei Tarkovsky")
    added = root.post(PAGE, data=fields)
    assert added.status_code == 303


def test_failing_site_leaves_the_form_usable(root: httpx.Client) -> None:
    response = root.get(PAGE, params={"q": "another"})
    page = parse_page(response)
    assert "did not respond" in text_of(element(page, "[role=alert]"))
    assert element(page, f"form[action='{PAGE}'][method=post]")
    assert "secret-key" not in response.text


def test_form_has_no_lookup_without_a_site(server, tmp_path: Path) -> None:
    with run_management_site(tmp_path / "plain", {}) as site:
        page = parse_page(site.root().get(PAGE, params={"q": "mirror"}))
    assert page.css_first("#field-lookup") is None
