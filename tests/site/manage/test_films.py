"""Films as operators see and change them, on pages."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.support.databases import database_environment, execute
from tests.support.films import PREMIUM
from tests.support.html_pages import element, parse_page
from tests.support.management_site import (
    ManagementSite,
    form_fields,
    run_management_site_on,
    text_at,
)
from tests.support.pictures import picture
from tests.support.polling import eventually
from tests.support.servers import run_kinoteka


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("managed-films")
    with run_management_site_on(engine, request, folder) as made:
        yield made


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def titles(page) -> list[str]:
    return [node.text() for node in page.css("tbody th a")]


class TestLists:
    def test_all_films_are_listed(self, site: ManagementSite, root: httpx.Client) -> None:
        page = parse_page(root.get("/manage/films"))
        assert "Zanzibar Nights" in titles(page)
        assert "After Midnight" in titles(page)

    def test_films_are_found_by_title_id_and_label(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        for query, found in (
            ({"q": "solaris"}, ["Solaris"]),
            ({"q": str(site.films["Ran"])}, ["Ran"]),
            ({"label": PREMIUM}, ["Man with a Movie Camera", "Zanzibar Nights"]),
            ({"label": PREMIUM, "q": "zanzibar"}, ["Zanzibar Nights"]),
            ({"q": "nothing like it"}, []),
            ({"label": "nothing"}, []),
        ):
            assert titles(parse_page(root.get("/manage/films", params=query))) == found

    def test_htmx_receives_only_the_list(self, site: ManagementSite, root: httpx.Client) -> None:
        response = root.get("/manage/films?q=solaris", headers={"hx-request": "true"})
        assert "<html" not in response.text
        assert "Solaris" in response.text

    @pytest.mark.parametrize(
        "query", ["page=0", "page=x", "page=99999999999999999", "q=" + "x" * 300]
    )
    def test_invalid_query_is_rejected(self, root: httpx.Client, query: str) -> None:
        parse_page(root.get(f"/manage/films?{query}"), 400)

    def test_page_beyond_the_last_is_empty(self, root: httpx.Client) -> None:
        parse_page(root.get("/manage/films?page=99"))


class TestEditing:
    def test_every_field_can_be_edited(self, site: ManagementSite, root: httpx.Client) -> None:
        path = f"/manage/films/{site.films['Stalker']}"
        typed = form_fields(parse_page(root.get(path)), f"form[action='{path}']")
        assert (typed["title"], typed["year"], typed["rating"]) == ("Stalker", "1979", "8.1")
        assert (typed["genres"], typed["directors"]) == ("Science Fiction", "Andrei Tarkovsky")
        new = {
            "title": "The Zone",
            "original_title": "Сталкер",
            "description": 'Says "hello" & <b>goodbye</b>.',
            "year": "1980",
            "rating": "8,4",
            "genres": "Drama\r\nNew Wave, Old",
            "directors": "Andrei Tarkovsky\nGeorgy Rerberg",
            "trailer": "https://trailers.example/zone",
            "poster": "",
        }
        response = root.post(path, data=typed | new)
        assert (response.status_code, response.headers["location"]) == (303, path)
        page = parse_page(root.get(path))
        assert text_at(page, ".notice") == "Film saved."
        kept = form_fields(page, f"form[action='{path}']")
        assert kept["genres"].split("\n") == ["Drama", "New Wave, Old"]
        assert kept["rating"] == "8.4"
        assert kept["description"] == new["description"]
        public = root.get(f"/films/{site.films['Stalker']}")
        assert "&lt;b&gt;goodbye" in public.text
        assert titles(parse_page(root.get("/manage/films?q=the+zone"))) == ["The Zone"]

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("title", " ", "This field cannot be empty."),
            ("title", "x" * 501, "This is too long."),
            ("year", "1500", "Enter a year from 1870 to 2100."),
            ("year", "soon", "Enter a year from 1870 to 2100."),
            ("runtime_minutes", "long", "Enter a number in the allowed range."),
            ("rating", "11", "Enter a rating from 0 to 10."),
            (
                "trailer",
                "javascript:alert(1)",
                "Enter an address that starts with http:// or https://.",
            ),
            ("poster", "//example", "Enter an address that starts with http:// or https://."),
            ("genres", "x" * 201, "This is too long."),
            ("directors", "\n".join(map(str, range(51))), "Too many values."),
        ],
    )
    def test_error_is_shown_at_its_field(
        self, site: ManagementSite, root: httpx.Client, field: str, value: str, sentence: str
    ) -> None:
        path = f"/manage/films/{site.films['Mirror']}"
        typed = form_fields(parse_page(root.get(path)), f"form[action='{path}']")
        page = parse_page(root.post(path, data=typed | {"description": "Kept.", field: value}), 400)
        assert text_at(page, f"#wrong-{field}") == sentence
        assert element(page, f"#field-{field}").attributes["aria-invalid"] == "true"
        assert text_at(page, "#field-description") == "Kept."
        assert titles(parse_page(root.get("/manage/films?q=mirror"))) == ["Mirror"]

    def test_concurrent_edit_is_rejected(self, site: ManagementSite, root: httpx.Client) -> None:
        path = f"/manage/films/{site.films['M']}"
        typed = form_fields(parse_page(root.get(path)), f"form[action='{path}']")
        assert root.post(path, data=typed | {"year": "1932"}).status_code == 303
        page = parse_page(root.post(path, data=typed | {"rating": "9"}), 409)
        assert "Someone else has changed this film" in text_at(page, ".banner")
        assert page.css_first(f"a[href='{path}']") is not None

    def test_film_can_be_added_by_hand(self, site: ManagementSite, root: httpx.Client) -> None:
        page = parse_page(root.post("/manage/films/new", data={"title": "", "year": "2020"}), 400)
        assert text_at(page, "#wrong-title") == "This field cannot be empty."
        assert element(page, "#field-year").attributes["value"] == "2020"
        response = root.post("/manage/films/new", data={"title": "My Holidays", "year": "2020"})
        assert response.status_code == 303
        page = parse_page(root.get(response.headers["location"]))
        assert text_at(page, "h1") == "My Holidays"
        assert "added manually" in text_at(page, ".manage-facts")
        number = response.headers["location"].rpartition("/")[2]
        assert "My Holidays" in site.browser().get(f"/films/{number}").text

    def test_unknown_film_is_not_found(self, root: httpx.Client) -> None:
        parse_page(root.get("/manage/films/999999"), 404)
        for path in ("", "/unlock", "/label", "/hide", "/show"):
            response = root.post(f"/manage/films/999999{path}", data={"title": "x"})
            assert response.status_code == 404, path


class TestLocks:
    LOCK = "Edited manually. Imports do not overwrite it."

    def edit(self, root: httpx.Client, path: str, **typed: str) -> None:
        stands = form_fields(parse_page(root.get(path)), f"form[action='{path}']")
        assert root.post(path, data=stands | typed).status_code == 303

    def locked(self, root: httpx.Client, path: str) -> list[str]:
        page = parse_page(root.get(path))
        return [node.attributes["value"] or "" for node in page.css(".manage-lock button")]

    def test_lock_is_shown_at_each_edited_field(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        path = f"/manage/films/{site.films['Rashomon']}"
        assert self.locked(root, path) == []
        self.edit(root, path, runtime_minutes="88", genres="Crime")
        assert self.locked(root, path) == ["runtime_minutes", "genres"]
        page = parse_page(root.get(path))
        assert self.LOCK in text_at(page, ".field:has(#field-runtime_minutes)")

    def test_film_without_edits_has_no_form_for_locks(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        page = parse_page(root.get(f"/manage/films/{site.films['Brother']}"))
        assert page.css_first("#unlock") is None

    def test_edit_outlives_the_import_command_until_its_lock_is_removed(
        self, site: ManagementSite, root: httpx.Client, tmp_path: Path
    ) -> None:
        film_id = site.films["Amélie"]
        path = f"/manage/films/{film_id}"
        self.edit(root, path, title="Amélie from Montmartre")
        for votes, title in ((7, "Amélie from Montmartre"), (7, "Le fabuleux destin")):
            table = tmp_path / "films.csv"
            row = f"Amélie,Le fabuleux destin,2001,{votes},122"
            table.write_text(f"id,title,year,votes,runtime\n{row}\n")
            import_with(site, table)
            eventually(lambda title: self.shown(root, path) == (title, "7", "122"), title)
            assert root.post(f"{path}/unlock", data={"field": "title"}).status_code == 303
        assert self.locked(root, path) == []
        assert titles(parse_page(root.get("/manage/films?q=le+fabuleux"))) == ["Le fabuleux destin"]

    def shown(self, root: httpx.Client, path: str) -> tuple[str, str, str]:
        page = parse_page(root.get(path))
        stands = form_fields(page, f"form[action='{path}']")
        votes = page.css(".manage-facts dd")[-1].text()
        return stands["title"], votes, stands["runtime_minutes"]

    @pytest.mark.parametrize("field", ["title", "", "nothing", "a\0b"])
    def test_removing_a_missing_lock_does_nothing(
        self, site: ManagementSite, root: httpx.Client, field: str
    ) -> None:
        path = f"/manage/films/{site.films['Alien']}"
        assert root.post(f"{path}/unlock", data={"field": field}).status_code == 303
        assert self.locked(root, path) == []


def import_with(site: ManagementSite, table: Path) -> None:
    """Run the command `kinoteka import` beside the server."""
    settings = site.server.settings
    data = str(settings.data)
    done = run_kinoteka(
        *("import", "csv", str(table), "--source", "tests", "--data", data),
        **database_environment(settings),
    )
    assert done.returncode == 0, done.stderr


class TestLabels:
    def test_film_is_hidden_and_shown(self, site: ManagementSite, root: httpx.Client) -> None:
        operator = site.holder(root, "films.label")
        film_id = site.films["Zanzibar Nights"]
        path = f"/manage/films/{film_id}"
        assert operator.post(f"{path}/hide").status_code == 303
        page = parse_page(operator.get(path))
        assert "it will have the label premium." in text_at(page, "aside")
        assert operator.get(f"/films/{film_id}").status_code == 404
        assert titles(parse_page(operator.get("/manage/films?hidden=true"))) == ["Zanzibar Nights"]
        assert operator.post(f"{path}/show").status_code == 303
        chosen = element(parse_page(operator.get(path)), "#field-label option[selected]")
        assert chosen.attributes["value"] == PREMIUM

    def test_hidden_film_gets_another_label_and_stays_hidden(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        path = f"/manage/films/{site.films['Solaris']}"
        assert root.post(f"{path}/hide").status_code == 303
        for label in (PREMIUM, ""):
            assert root.post(f"{path}/label", data={"label": label}).status_code == 303
            assert site.browser().get(f"/films/{site.films['Solaris']}").status_code == 404
        assert root.post(f"{path}/show").status_code == 303
        assert site.browser().get(f"/films/{site.films['Solaris']}").status_code == 200

    def test_lost_label_is_asked_for_when_a_film_is_shown(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film_id = site.films["Mirror"]
        execute(
            site.server.settings,
            "UPDATE films SET hidden_at = 1, label_lost = true WHERE id = ?",
            film_id,
        )
        path = f"/manage/films/{film_id}"
        page = parse_page(root.get(path))
        options = page.css("#field-show-label option")
        assert {"", "-", PREMIUM} <= {each.attributes["value"] for each in options}
        asked = parse_page(root.post(f"{path}/show"), 400)
        assert "is no longer known. Choose one." in text_at(asked, ".banner")
        assert site.browser().get(f"/films/{film_id}").status_code == 404
        assert root.post(f"{path}/show", data={"label": "-"}).status_code == 303
        assert site.browser().get(f"/films/{film_id}").status_code == 200

    def test_labels_are_set_and_removed(self, site: ManagementSite, root: httpx.Client) -> None:
        path = f"/manage/films/{site.films['Dreams']}"
        assert root.post(f"{path}/label", data={"label": PREMIUM}).status_code == 303
        assert site.browser().get(f"/films/{site.films['Dreams']}").status_code == 404
        assert root.post(f"{path}/label", data={"label": ""}).status_code == 303
        assert site.browser().get(f"/films/{site.films['Dreams']}").status_code == 200
        parse_page(root.post(f"{path}/label", data={"label": "nothing"}), 404)

    def test_urls_of_forms_redirect_to_the_film(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        for name in ("unlock", "label", "hide", "show"):
            response = root.get(f"/manage/films/1/{name}")
            assert response.headers["location"] == "/manage/films/1"


GETS = ("/manage/films", "/manage/films/1")
POSTS = {
    "films.edit": ("/manage/films/1", "/manage/films/1/unlock", "/manage/films/new"),
    "films.label": ("/manage/films/1/label", "/manage/films/1/hide", "/manage/films/1/show"),
}


class TestPermissions:
    def test_anonymous_reader_is_redirected_to_sign_in(self, site: ManagementSite) -> None:
        browser = site.browser()
        for path in GETS:
            assert browser.get(path).headers["location"].startswith("/sign-in")
        for path in (path for paths in POSTS.values() for path in paths):
            assert browser.post(path).headers["location"].startswith("/sign-in"), path

    @pytest.mark.parametrize("permission", [None, "films.import", *POSTS])
    def test_each_action_requires_its_permission(
        self, site: ManagementSite, root: httpx.Client, permission: str | None
    ) -> None:
        browser = site.holder(root, *filter(None, [permission]))
        for path in GETS:
            assert browser.get(path).status_code == (200 if permission in POSTS else 403), path
        assert browser.get("/manage/films/new").status_code == (
            200 if permission == "films.edit" else 403
        )
        for needed, paths in POSTS.items():
            if needed != permission:
                for path in paths:
                    response = browser.post(path, data={"title": "Taken", "label": ""})
                    assert response.status_code == 403, path

    def test_cross_site_form_is_rejected(self, site: ManagementSite, root: httpx.Client) -> None:
        for path in (path for paths in POSTS.values() for path in paths):
            response = root.post(path, headers={"sec-fetch-site": "cross-site"})
            assert response.status_code == 403, path

    def test_editors_see_links_to_the_pages(self, site: ManagementSite, root: httpx.Client) -> None:
        for permission in POSTS:
            page = parse_page(site.holder(root, permission).get("/films/1"))
            assert page.css_first("a[href='/manage/films/1']") is not None
        assert parse_page(site.browser().get("/films/1")).css_first("a[href^='/manage']") is None


class TestPosters:
    def test_uploaded_poster_is_served_and_removed_again(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film_id = site.films["Solaris"]
        address = f"/manage/films/{film_id}"
        files = {"file": ("poster.png", picture("PNG", (300, 450)))}
        response = root.post(f"{address}/poster", files=files)
        assert (response.status_code, response.headers["location"]) == (303, address)
        served = root.get(f"/media/films/{film_id}/poster")
        assert served.headers["content-type"] == "image/webp"
        assert Image.open(BytesIO(served.content)).size == (300, 450)
        page = parse_page(root.get(address))
        assert element(page, f"form[action='{address}/poster/remove']")
        assert root.post(f"{address}/poster/remove").status_code == 303
        served = root.get(f"/media/films/{film_id}/poster")
        assert served.headers["content-type"] == "image/svg+xml"

    def test_other_files_are_rejected_on_the_page(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        address = f"/manage/films/{site.films['Solaris']}/poster"
        for content, status in ((b"GIF89a", 400), (b"", 400), (bytes(11 * 1024 * 1024), 413)):
            response = root.post(address, files={"file": ("poster.png", content)})
            assert response.status_code == status
            assert 'role="alert"' in response.text

    def test_members_may_not_upload(self, site: ManagementSite) -> None:
        film_id = site.films["Solaris"]
        member = site.server.signed_up()
        files = {"file": ("poster.png", picture())}
        assert member.post(f"/manage/films/{film_id}/poster", files=files).status_code == 403
        assert member.post(f"/manage/films/{film_id}/poster/remove").status_code == 403
