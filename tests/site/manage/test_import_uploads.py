"""The preview of an import on the site: columns, sample films, options."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.databases import rows
from tests.support.html_pages import parse_page
from tests.support.management_site import ManagementSite, run_management_site_on
from tests.support.polling import eventually

TABLE = b"Name,Jahr,Mood\nOne More Preview,1979,grim\n<b>Bold</b>,1985,sad\n"


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("previewed-imports")
    with run_management_site_on(engine, request, folder, import_limit_megabytes="1") as made:
        yield made


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def uploaded(browser: httpx.Client, content: bytes = TABLE, name: str = "films.csv") -> str:
    """Upload a file for its preview. Return the path of the preview."""
    files = [("files", (name, content))]
    response = browser.post("/manage/imports/new", data={"step": "preview"}, files=files)
    assert response.status_code == 303, response.text
    return response.headers["location"]


def review(browser: httpx.Client, path: str):
    """Return the page, the chosen fields and the fields of its form."""
    page = parse_page(browser.get(path))
    fields = [
        next((o.attributes["value"] for o in s.css("option") if "selected" in o.attributes), "")
        for s in page.css("select[name=fields]")
    ]
    shown = page.css_first("input[name=shown]")
    return page, fields, shown.attributes["value"] if shown else ""


def send(browser: httpx.Client, path: str, fields: list[str], shown: str, **more: str):
    written = parse_page(browser.get(path)).css_first("textarea[name=mapping]")
    more.setdefault("mapping", written.text() if written else "")
    return browser.post(path, data={"fields": fields, "shown": shown, **more})


def titles(page) -> list[str]:
    return [node.text(strip=True) for node in page.css("caption ~ tbody th")]


def waiting(site: ManagementSite) -> list[str]:
    return [path.name for path in (site.server.data / "imports").glob("waiting-*")]


def test_upload_shows_columns_and_sample_films_and_stores_nothing(site, root) -> None:
    path = uploaded(root)
    page, fields, _ = review(root, path)
    assert fields == ["title", "year", ""]
    assert titles(page) == ["One More Preview", "<b>Bold</b>"]
    assert rows(site.server.settings, "SELECT id FROM films WHERE title LIKE 'One More%'") == []
    assert path in root.get("/manage/imports").text


def test_other_fields_are_previewed_and_imported(site, root) -> None:
    path = uploaded(root)
    _, _, shown = review(root, path)
    response = send(root, path, ["title", "", "genres"], shown, step="preview")
    assert response.headers["location"] == path
    page, fields, shown = review(root, path)
    assert fields == ["title", "", "genres"]
    assert "grim" in page.text()
    response = send(root, path, fields, shown, step="import")
    run = response.headers["location"]
    eventually(lambda: "every 1s" not in root.get(run).text)
    sql = (
        "SELECT films.year, genres.name FROM films JOIN film_genres ON film_id = films.id"
        " JOIN genres ON genres.id = film_genres.genre_id WHERE title = 'One More Preview'"
    )
    assert rows(site.server.settings, sql) == [(None, "grim")]
    assert root.get(path).status_code == 404


def test_two_columns_of_one_field_are_rejected(root) -> None:
    path = uploaded(root)
    _, _, shown = review(root, path)
    response = send(root, path, ["title", "year", "year"], shown)
    assert response.status_code == 400
    assert "Two columns have the same field" in response.text
    assert review(root, path)[1] == ["title", "year", ""]


def test_fields_of_other_columns_are_ignored(root) -> None:
    path = uploaded(root)
    send(root, path, ["year", "title", ""], "0" * 16)
    assert review(root, path)[1] == ["title", "year", ""]


def test_mapping_to_a_missing_column_is_a_question(root) -> None:
    path = uploaded(root)
    _, fields, shown = review(root, path)
    send(root, path, fields, shown, mapping="votes=Stimmen")
    page, fields, _ = review(root, path)
    assert "missing these columns: Stimmen" in page.text()
    assert fields == ["title", "year", "", "votes"]
    response = send(root, path, fields, "", mapping="votes=Stimmen", step="import")
    assert response.status_code == 400
    assert root.get(path).status_code == 200


def test_unclear_scale_is_asked_and_answered(root) -> None:
    path = uploaded(root, b"title,rating\nRan,4\nAlien,5\nMirror,3\n")
    page, fields, shown = review(root, path)
    assert "Enter the highest possible rating" in page.text()
    send(root, path, fields, shown, scale="5")
    page, _, _ = review(root, path)
    assert not page.css(".banner.is-wrong")


def test_file_without_films_is_rejected_at_once(site, root) -> None:
    before = waiting(site)
    files = [("files", ("empty.csv", b""))]
    response = root.post("/manage/imports/new", data={"step": "preview"}, files=files)
    assert response.status_code == 400
    assert "is empty" in response.text
    assert waiting(site) == before


def test_discarded_upload_is_deleted(site, root) -> None:
    path = uploaded(root)
    response = send(root, path, [], "", step="discard")
    assert response.headers["location"] == "/manage/imports"
    assert root.get(path).status_code == 404
    assert path.rpartition("/")[2] not in "".join(waiting(site))


def test_account_has_three_uploads_that_wait(site, root) -> None:
    paths = [uploaded(root, name=f"films{number}.csv") for number in range(4)]
    assert len(waiting(site)) == 3
    assert root.get(paths[-1]).status_code == 200


def test_upload_needs_the_permission(site, root) -> None:
    path = uploaded(root)
    with httpx.Client(base_url=site.server.url) as stranger:
        assert stranger.get(path).status_code in (302, 303, 401, 403)


def test_saved_mapping_is_used_for_another_upload(site, root) -> None:
    path = uploaded(root)
    _, _, shown = review(root, path)
    saved = {"save_as": "<i>Club</i>", "step": "save", "thousands": "."}
    assert send(root, path, ["title", "", "genres"], shown, **saved).status_code == 303
    other = uploaded(root, name="more.csv")
    page, _, shown = review(root, other)
    options = [option.text() for option in page.css("select[name=saved] option")]
    assert options == ["None", "<i>Club</i>"]
    send(root, other, ["title", "year", ""], shown, saved="<i>Club</i>", source="club")
    page, fields, _ = review(root, other)
    assert fields == ["title", "", "genres"]
    assert page.css_first("input[name=source]").attributes["value"] == "club"
    selected = page.css_first("select[name=thousands] option[selected]")
    assert selected.attributes["value"] == "."


def test_mapping_needs_a_name_and_an_unknown_one_is_reported(root) -> None:
    path = uploaded(root)
    _, fields, shown = review(root, path)
    response = send(root, path, fields, shown, save_as=" ", step="save")
    assert response.status_code == 400
    response = send(root, path, fields, shown, saved="other")
    assert "no saved mapping with this name" in response.text


def test_500_columns_can_be_chosen(root) -> None:
    names = ",".join(["title", *(f"c{number}" for number in range(499))])
    path = uploaded(root, f"{names}\nRan{',' * 499}\n".encode())
    _, fields, shown = review(root, path)
    assert len(fields) == 500
    assert send(root, path, [*fields[:-1], "year"], shown).status_code == 303
    assert review(root, path)[1][-1] == "year"
