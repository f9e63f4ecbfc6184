"""Lists of films can be downloaded from their pages."""

import csv
import io

import pytest

from tests.site.films.conftest import Site


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("/films?year=1979&sort=title", ["Alien", "Stalker"]),
        ("/search?q=stalker", ["Stalker"]),
    ],
)
def test_list_links_to_files_with_its_films(site: Site, page: str, titles: list[str]) -> None:
    links = [each.attributes["href"] for each in site.page(page).css(".downloads a")]
    as_csv, as_json = (site.visitor.get(link or "") for link in links)
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert as_csv.headers["content-disposition"].startswith('attachment; filename="kinoteka-')
    assert [row["title"] for row in rows(as_csv.text)] == titles
    assert [film["title"] for film in as_json.json()] == titles


def test_page_of_a_genre_links_to_all_films_of_the_genre(site: Site) -> None:
    genre = site.page(f"/films/{site.films['Ran']}").css_first("a[href^='/genres/']")
    assert genre is not None
    page = site.page(f"{genre.attributes['href']}?sort=title")
    link = page.css(".downloads a")[1].attributes["href"] or ""
    assert all("Drama" in film["genres"] for film in site.visitor.get(link).json())


def test_typed_director_selects_the_films(site: Site) -> None:
    found = site.visitor.get("/films/export?by=kurosawa&format=json").json()
    assert {"Ran", "Dreams"} <= {film["title"] for film in found}


def test_labelled_films_are_only_in_files_of_their_readers(site: Site) -> None:
    path = "/films/export?genre=&format=json&sort=title"
    public = {film["title"] for film in site.visitor.get(path).json()}
    everything = {film["title"] for film in site.root.get(path).json()}
    assert "After Midnight" in everything - public


def test_unknown_director_has_no_films(site: Site) -> None:
    assert site.visitor.get("/films/export?by=nobody+at+all&format=json").json() == []


def test_unknown_format_is_rejected(site: Site) -> None:
    assert site.visitor.get("/films/export?format=xml").status_code == 400
