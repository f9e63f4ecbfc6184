"""Filters of the film list by person and by country."""

from selectolax.lexbor import LexborHTMLParser

from tests.site.films.conftest import Site, links, titles
from tests.support.html_pages import element, text_of


def test_person_filter_finds_every_film_of_a_person_once(site: Site) -> None:
    person = site.cinema.directors["Fritz Lang"]
    query = f"person={person}&sort=title"
    assert titles(site.page(f"/films?{query}")) == ["M", "Metropolis", "Stalker"]
    page = site.page(f"/films?{query}&country=SU")
    assert titles(page) == ["Stalker"]
    chips = {text_of(chip): chip.attributes["href"] for chip in page.css(".chosen a")}
    assert chips["With Fritz Lang"] == "/films?sort=title&country=SU"
    assert chips["Soviet Union"] == f"/films?sort=title&person={person}"
    assert element(page, "input[name=person]").attributes["value"] == str(person)
    export = site.visitor.get(f"/films/export?{query}&country=SU&format=json").json()
    assert [film["title"] for film in export] == ["Stalker"]


def test_page_of_a_person_leads_to_its_filtered_films(site: Site) -> None:
    person = site.cinema.directors["Ridley Scott"]
    assert f"/films?person={person}" in links(site.page(f"/directors/{person}"))


def test_countries_have_names_in_the_language_of_the_reader(site: Site) -> None:
    def offered(language: str) -> list[str]:
        headers = {"accept-language": language}
        page = LexborHTMLParser(site.visitor.get("/films?country=SU", headers=headers).text)
        offered = [text_of(each) for each in page.css("#field-country option")]
        return [name for name in offered if name in names]

    names = ["Soviet Union", "United Kingdom", "United States"]
    assert offered("en") == names
    names = ["Великобритания", "Соединенные Штаты", "СССР"]
    assert offered("ru") == names
