"""Pages of films over the wire."""

import pytest

from kinoteka.search.title_order import title_key
from tests.site.films.conftest import SHORT, links, titles
from tests.support.films import ADULT, CATALOGUE, PREMIUM
from tests.support.html_pages import element, text_of

VISIBLE = [film for film in CATALOGUE if film.label is None]
TOTAL = len(VISIBLE) + len(SHORT) + 1
PAGES = -(-TOTAL // 24)
JSON = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


def chosen_of(option):
    return option.attributes.get("value", option.text())


class TestFirstPage:
    def test_anonymous_readers_get_a_welcome(self, site):
        page = site.page("/")
        assert page.css_first(".greeting h1")
        assert {"/sign-up", "/sign-in"} <= set(links(page, ".greeting"))

    def test_newest_films_are_shown(self, site):
        shown = titles(site.page("/"))
        newest = sorted(VISIBLE, key=lambda film: -(film.year or 0))
        assert shown[0] == "Posted & <Sons>"
        assert shown[1] == newest[0].title
        assert len(shown) == 12

    def test_members_get_no_welcome(self, site):
        page = site.page("/", who="member")
        assert page.css_first(".greeting") is None
        assert element(page, "h1").text() == "Welcome back"

    def test_featured_selections_show_visible_films(self, site):
        token = {"csrf-token": site.root.get("/user/csrf").json()["body"]["csrf"]}
        movies = [site.films[title] for title in ("M", "Zanzibar Nights")]
        body = {"title": "<Crime>", "public": True, "featured": True, "movies": movies}
        response = site.root.post("/selections", json=body, headers=token)
        made = response.json()["body"]["selection"]["id"]
        strip = site.page("/").css_first(f"section[aria-labelledby=selection-{made}]")
        assert element(strip, "h2").text() == "<Crime>"
        assert [link.text() for link in strip.css(".film-title a")] == ["M"]
        strip = site.page("/", who="root").css_first(f"section[aria-labelledby=selection-{made}]")
        assert len(strip.css(".film-title a")) == 2


class TestList:
    def test_total_is_shown(self, site):
        page = site.page("/films")
        assert text_of(page.css_first("#count")) == f"{TOTAL} films"
        assert text_of(site.page("/films?year=1931").css_first("#count")) == "1 film"

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("year=1979", ["Alien", "Stalker"]),
            ("rating=8.6", ["The Matrix", "Seven Samurai"]),
            ("rating=8&sort=title&year=1979", ["Alien", "Stalker"]),
            ("year=1954&rating=9", []),
            ("decade=1920", ["Metropolis"]),
            ("decade=1970&since=1979", ["Alien", "Stalker"]),
            ("since=1979&until=1982", ["Blade Runner", "Alien", "Stalker"]),
            ("decade=1980&until=1970", []),
            ("runtime=120-150", ["Posted & <Sons>"]),
            ("runtime=136-136&since=2000", ["Posted & <Sons>"]),
            ("runtime=-135", []),
            ("runtime=137-", []),
            ("label=premium", []),
            ("label=nothing", []),
            ("genre=999999", []),
            ("director=999999", []),
            ("country=SU", ["Stalker"]),
            ("country=us", ["Alien"]),
            ("country=GB&year=1979&rating=8", ["Alien"]),
            ("country=BR", []),
            ("person=999999", []),
            ("country=SU&rating=10", []),
        ],
    )
    def test_filters_select_films(self, site, query, expected):
        assert titles(site.page(f"/films?{query}")) == expected

    @pytest.mark.parametrize(
        ("sort", "first"),
        [("newest", "Posted & <Sons>"), ("rating", "Posted & <Sons>"), ("title", "Alien")],
    )
    def test_films_are_sorted(self, site, sort, first):
        page = site.page(f"/films?sort={sort}")
        assert titles(page)[0] == first
        chosen = element(page, "#field-sort option[selected]").attributes["value"]
        assert chosen == sort

    def test_active_filters_are_shown(self, site):
        genre = site.cinema.genres["War"]
        director = site.cinema.directors["Akira Kurosawa"]
        query = f"genre={genre}&director={director}&year=1985&rating=8&sort=title"
        page = site.page(f"/films?{query}")
        assert titles(page) == ["Ran"]
        form = page.css_first("form.filters")
        chosen = {
            select.attributes["name"]: chosen_of(select.css_first("[selected]"))
            for select in form.css("select")
            if select.css_first("[selected]")
        }
        assert chosen == {"genre": str(genre), "year": "1985", "rating": "8", "sort": "title"}
        assert element(form, "[name=by]").attributes["value"] == "Akira Kurosawa"
        chips = page.css(".chosen a")
        assert [text_of(chip) for chip in chips] == [
            "War",
            "Akira Kurosawa",
            "1985",
            "8 or higher",
            "Clear filters",
        ]
        without_year = f"sort=title&genre={genre}&director={director}&rating=8"
        assert chips[2].attributes["href"] == f"/films?{without_year}"
        assert chips[-1].attributes["href"] == "/films?sort=title"

    def test_rare_filters_are_folded_unless_one_is_active(self, site):
        fold = element(site.page("/films"), "form.filters .filters-fold")
        assert "open" not in fold.attributes
        page = site.page("/films?decade=1970&since=1972&until=1985&runtime=90-120")
        assert "open" in element(page, ".filters-fold").attributes
        chips = [text_of(chip) for chip in page.css(".chosen a")]
        assert chips == ["1970s", "from 1972", "until 1985", "90–120 min", "Clear filters"]
        assert element(page, "#field-decade [selected]").attributes["value"] == "1970"
        assert element(page, "#field-since").attributes["value"] == "1972"

    def test_unusual_runtime_stays_in_the_form(self, site):
        page = site.page("/films?runtime=100-140")
        assert element(page, "#field-runtime [selected]").attributes["value"] == "100-140"

    def test_reversed_range_is_explained(self, site):
        page = site.page("/films?since=1990&until=1980", 400)
        assert "before its beginning" in element(page, ".failure h1").text()

    def test_genres_show_their_number_of_visible_films(self, site):
        def genres(who):
            page = site.page("/films", who=who)
            return {text_of(option) for option in page.css("#field-genre option")}

        assert "Documentary (2)" in genres("holder")
        assert not any("Documentary" in name for name in genres("member"))
        assert f"Short ({len(SHORT)})" in genres("visitor")

    @pytest.mark.parametrize(
        ("who", "labels"),
        [("visitor", None), ("member", None), ("holder", {PREMIUM}), ("root", {PREMIUM, ADULT})],
    )
    def test_label_filter_requires_a_visible_label(self, site, who, labels):
        field = site.page("/films", who=who).css_first("#field-label")
        if labels is None:
            assert field is None
            return
        offered = {option.attributes["value"] for option in field.css("option")}
        assert offered == {"", *labels}
        assert len(titles(site.page(f"/films?label={PREMIUM}", who=who))) == 2

    def test_blank_fields_are_removed_from_the_url(self, site):
        response = site.visitor.get("/films?genre=&by=&year=1979&rating=&sort=newest")
        assert (response.status_code, response.headers["location"]) == (303, "/films?year=1979")

    @pytest.mark.parametrize("typed", ["akira+kurosawa", "AKIRA", "kurosawa"])
    def test_director_name_redirects_to_the_director(self, site, typed):
        response = site.visitor.get(f"/films?by={typed}&year=")
        director = site.cinema.directors["Akira Kurosawa"]
        assert response.headers["location"] == f"/films?director={director}"

    def test_unknown_director_name_finds_nothing_and_can_be_removed(self, site):
        page = site.page("/films?by=Nemo")
        assert titles(page) == []
        assert element(page, "[name=by]").attributes["value"] == "Nemo"
        assert page.css_first(".empty")
        assert element(page, ".chosen a").attributes["href"] == "/films"

    @pytest.mark.parametrize(
        "query",
        [
            "page=0",
            "page=-1",
            "page=abc",
            "page=1.5",
            "page=99999999999999999999",
            "year=99999",
            "year=x",
            "decade=1995",
            "since=1990&until=1980",
            "since=x",
            "until=0",
            "runtime=long",
            "runtime=-",
            "runtime=120-90",
            "rating=x",
            "rating=nan",
            "rating=11",
            "rating=-1",
            "genre=x",
            "genre=0",
            "director=x",
            "person=x",
            "person=0",
            "country=USA",
            "country=1",
            "sort=worst",
            "by=" + "a" * 2000,
            "by=%00",
        ],
    )
    def test_invalid_query_is_rejected(self, site, query):
        page = site.page(f"/films?{query}", 400)
        assert page.css_first(".failure")

    def test_page_beyond_the_last_links_to_the_first(self, site):
        page = site.page("/films?year=1979&page=7", 404)
        assert "/films?year=1979&page=1" in links(page, ".empty")

    def test_canonical_url_is_given(self, site):
        page = site.page("/films?year=1901&page=2&nonsense=1&sort=newest")
        canonical = element(page, "link[rel=canonical]").attributes["href"]
        assert canonical == "/films?page=2&year=1901"
        assert "page 2" in element(page, "title").text()


class TestPages:
    def test_every_film_is_on_one_page(self, site):
        listed = []
        for number in range(1, PAGES + 1):
            listed += titles(site.page(f"/films?page={number}"))
        assert len(listed) == len(set(listed)) == TOTAL

    def test_pages_link_to_each_other(self, site):
        page = site.page("/films?year=1901&page=2")
        pager = page.css_first(".pager")
        assert element(pager, "[aria-current=page]").text().strip().endswith("2")
        assert element(pager, "[rel=prev]").attributes["href"] == "/films?year=1901&page=1"
        assert element(pager, "[rel=next]").attributes["href"] == "/films?year=1901&page=3"
        assert element(page, "#more a").attributes["href"] == "/films?year=1901&page=3"
        assert site.page("/films?year=1901&page=3").css_first("#more") is None

    def test_single_page_has_no_links(self, site):
        assert site.page("/films?year=1979").css_first(".pager") is None


class TestHTMXResponses:
    def test_filters_receive_only_the_films_and_their_url(self, site):
        response = site.visitor.get(
            "/films?genre=&by=kurosawa&year=1985&rating=&sort=newest",
            headers={"hx-request": "true", "hx-target": "films"},
        )
        director = site.cinema.directors["Akira Kurosawa"]
        assert response.headers["hx-push-url"] == f"/films?director={director}&year=1985"
        page = site.piece(f"/films?director={director}&year=1985", hx_target="films")
        assert titles(page) == ["Ran"]
        assert element(page, "#count[hx-swap-oob]").text() == "1 film"
        assert page.css_first("form.filters") is None

    def test_load_more_receives_the_next_films_and_page_links(self, site):
        page = site.piece("/films?year=1901&page=2", hx_target="more")
        assert len(titles(page)) == 24
        assert element(page, "#more a").attributes["hx-get"] == "/films?year=1901&page=3"
        assert page.css_first("#pages[hx-swap-oob] [aria-current]")
        assert page.css_first(".chosen") is None
        last = site.piece("/films?year=1901&page=3", hx_target="more")
        assert (len(titles(last)), last.css_first("#more")) == (12, None)

    def test_load_more_keeps_the_url(self, site):
        headers = {"hx-request": "true", "hx-target": "more"}
        response = site.visitor.get("/films?page=2", headers=headers)
        assert "hx-push-url" not in response.headers

    @pytest.mark.parametrize("path", ["/genres/{genre}", "/search?q=short"])
    def test_other_lists_load_more_too(self, site, path):
        where = path.format(genre=site.cinema.genres["Drama"])
        page = site.piece(where, hx_target="more")
        assert titles(page)

    def test_directors_are_suggested_by_prefix(self, site):
        page = site.piece("/films/directors?by=kuro")
        assert [o.attributes["value"] for o in page.css("option")] == ["Akira Kurosawa"]
        assert not site.piece("/films/directors?by=").css("option")


class TestGenreAndDirectorPages:
    @pytest.mark.parametrize(
        ("kind", "name"), [("genres", "Science Fiction"), ("directors", "Ridley Scott")]
    )
    def test_films_are_shown(self, site, kind, name):
        found = getattr(site.cinema, kind)[name]
        page = site.page(f"/{kind}/{found}")
        assert element(page, "h1").text() == name
        expected = {film.title for film in VISIBLE if name in getattr(film, kind)}
        assert set(titles(page)) == expected
        by_title = titles(site.page(f"/{kind}/{found}?sort=title"))
        assert by_title == sorted(expected, key=title_key)

    @pytest.mark.parametrize(("kind", "name"), [("genres", "Erotic"), ("directors", "Zoe Hidden")])
    def test_genre_or_director_without_visible_films_is_unknown(self, site, kind, name):
        found = getattr(site.cinema, kind)[name]
        site.page(f"/{kind}/{found}", 404)
        site.page(f"/{kind}/{found}", who="root")
        site.page(f"/{kind}/999999", 404)

    @pytest.mark.parametrize("query", ["page=0", "page=x", "sort=id"])
    def test_invalid_query_is_rejected(self, site, query):
        site.page(f"/genres/{site.cinema.genres['Drama']}?{query}", 400)

    @pytest.mark.parametrize(
        ("accept", "is_page"),
        [
            (BROWSER, True),
            ("text/html", True),
            ("*/*", False),
            (JSON, False),
            ("", False),
            (f"{JSON}, text/html;q=0.9", False),
            ("text/html;q=0, */*", False),
        ],
    )
    @pytest.mark.parametrize("kind", ["genres", "directors"])
    def test_programs_receive_json(self, site, kind, accept, is_page):
        found = next(iter(getattr(site.cinema, kind).values())) + 1
        client = site.cinema.server.client(accept=accept)
        response = client.get(f"/{kind}/{found}")
        assert response.headers["content-type"].startswith("text/html" if is_page else JSON)
        assert "accept" in [each.strip().lower() for each in response.headers["vary"].split(",")]
        if not is_page:
            assert set(response.json()) == {"id", "name"}


class TestSearch:
    def test_matching_films_are_found(self, site):
        page = site.page("/search?q=matr")
        assert titles(page) == ["The Matrix"]
        assert text_of(page.css_first("main [role=status]")) == "1 film"
        assert element(page, "#field-q").attributes["value"] == "matr"

    @pytest.mark.parametrize("query", ["", "?q=", "?q=+++", "?q=%22%22", "?q=zzzzqqqq"])
    def test_empty_result_is_explained(self, site, query):
        page = site.page(f"/search{query}")
        assert titles(page) == []
        assert page.css_first(".empty")

    def test_search_text_is_escaped(self, site):
        page = site.page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
        assert "<script>alert(1)</script>" in element(page, "h1").text()

    @pytest.mark.parametrize("query", ["q=" + "a" * 900, "q=%00", "q=a&page=0"])
    def test_invalid_query_is_rejected(self, site, query):
        site.page(f"/search?{query}", 400)

    def test_page_links_keep_the_search_text(self, site):
        page = site.page("/search?q=short&page=2")
        assert element(page, ".pager [rel=prev]").attributes["href"] == "/search?q=short&page=1"


class TestSuggested:
    def test_films_directors_and_genres_are_suggested(self, site):
        page = site.piece("/search/suggested?q=s")
        found = [each.attributes["data-href"] for each in page.css("[role=option]")]
        assert sum(each.startswith("/films/") for each in found) == 8
        texts = {text_of(each) for each in page.css("[role=option] .icon + span")}
        people = {"Sam Raimi director · Spider-Man (2002)", "Ridley Scott director · Alien (1979)"}
        assert people | {"Science Fiction genre", "Short genre"} <= texts
        assert found[-1] == "/search?q=s"
        said = f"{len(found) - 1} suggestions. There may be more results"
        assert text_of(page.css_first("[data-count]")) == said

    def test_invisible_films_are_not_suggested(self, site):
        page = site.piece("/search/suggested?q=zanz")
        assert [each.attributes["data-href"] for each in page.css("[role=option]")] == [
            "/search?q=zanz"
        ]
        assert element(page, "[data-count]").text() == "No results"

    def test_blank_text_has_no_suggestions(self, site):
        assert not site.piece("/search/suggested?q=").css("[role=option]")


@pytest.mark.parametrize(
    "path", ["/", "/films", "/films/{ran}", "/search?q=ran", "/genres/{drama}"]
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_have_no_inline_code(site, path, language):
    where = path.format(ran=site.films["Ran"], drama=site.cinema.genres["Drama"])
    response = site.member.get(where, headers={"accept-language": language})
    assert response.headers["content-language"] == language
    assert response.status_code == 200
    for forbidden in ("style=", "<style", " onclick", "hx-on", "javascript:"):
        assert forbidden not in response.text


def test_urls_are_absolute_when_the_public_url_is_set(start_server):
    server = start_server(public_url="https://films.example")
    page = server.client(accept="text/html").get("/films")
    assert '<link rel="canonical" href="https://films.example/films">' in page.text
