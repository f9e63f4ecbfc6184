"""A film's page over the wire."""

import pytest

from tests.site.films.conftest import links, titles
from tests.support.databases import execute
from tests.support.html_pages import element, parse_page, text_of


class TestFilm:
    def test_all_fields_are_shown(self, site):
        page = site.page(f"/films/{site.films['The Matrix']}")
        assert element(page, "h1").text() == "The Matrix"
        assert element(page, "title").text().startswith("The Matrix (1999)")
        assert text_of(page.css_first(".film .rating")) == "Rating: 8.7"
        named = {a.attributes["href"]: a.text() for a in page.css(".film-credits a")}
        for kind, names in (
            ("genres", ("Action", "Science Fiction")),
            ("directors", ("Lana Wachowski", "Lilly Wachowski")),
        ):
            for name in names:
                assert named[f"/{kind}/{getattr(site.cinema, kind)[name]}"] == name

    @pytest.mark.parametrize(
        ("language", "written"),
        [("en", "Runtime: 2 h 16 min"), ("ru", "Продолжительность: 2 ч 16 мин")],
    )
    def test_runtime_is_shown_in_hours_and_minutes(self, site, language, written):
        path = f"/films/{site.films['Posted & <Sons>']}"
        page = parse_page(site.visitor.get(path, headers={"accept-language": language}))
        assert text_of(page.css_first(".film-runtime")) == written

    def test_cast_countries_titles_and_links_are_shown_in_the_language_of_the_reader(self, site):
        film_id = site.films["Dreams"]
        for sql in (
            "INSERT INTO people (id, name, name_key, sort_key) VALUES (901, 'Akira T', 'a', 'a')",
            f"INSERT INTO credits VALUES ({film_id}, 3, 0, 901, 'I <himself>')",
            f"INSERT INTO film_titles VALUES ({film_id}, 0, 'ru', 'translation', 'Сны')",
            f"INSERT INTO film_titles VALUES ({film_id}, 1, 'de', 'translation', 'Träume')",
            f"INSERT INTO film_countries VALUES ({film_id}, 'JP', 0)",
            f"INSERT INTO film_ids VALUES ('imdb', 'tt0100998', {film_id})",
        ):
            execute(site.cinema.server.settings, sql)
        headers = {"accept-language": "ru"}
        page = parse_page(site.member.get(f"/films/{film_id}", headers=headers))
        assert text_of(page.css_first(".film-cast li")) == "Akira T I <himself>"
        facts = element(page, ".film-credits").text()
        assert "Япония" in facts
        assert "Träume" in facts
        assert element(page, "h1").text() == "Сны"
        assert page.css_first('a[href="https://www.imdb.com/title/tt0100998/"]') is not None
        actor = site.page("/directors/901")
        assert text_of(actor.css_first(".film-role")) == "I <himself>"
        assert element(actor, "h1").text() == "Akira T"
        assert titles(actor) == ["Dreams"]

    def test_actor_of_hidden_films_alone_has_no_page(self, site):
        hidden = site.films["Zanzibar Nights"]
        for sql in (
            "INSERT INTO people (id, name, name_key, sort_key) VALUES (902, 'Zed', 'zed', 'zed')",
            f"INSERT INTO credits VALUES ({hidden}, 3, 0, 902, NULL)",
        ):
            execute(site.cinema.server.settings, sql)
        site.page("/directors/902", 404)
        assert titles(site.page("/directors/902", who="holder")) == ["Zanzibar Nights"]

    def test_unknown_fields_are_omitted(self, site):
        page = site.page(f"/films/{site.films['Nobody Knows When']}")
        assert page.css_first(".film-credits dt") is None
        assert page.css_first(".film .rating") is None
        assert page.css_first(".film-runtime") is None
        assert page.css_first("#related") is None
        assert "Unknown" not in element(page, "main").text()

    @pytest.mark.parametrize("who", ["visitor", "member"])
    def test_labelled_films_are_unknown_without_permission(self, site, who):
        site.page(f"/films/{site.films['Zanzibar Nights']}", 404, who)
        site.page(f"/films/{site.films['After Midnight']}", 404, who)

    def test_labelled_films_are_shown_with_permission(self, site):
        page = site.page(f"/films/{site.films['Zanzibar Nights']}", who="holder")
        assert "Restricted" in element(page, ".film").text()
        site.page(f"/films/{site.films['After Midnight']}", 404, "holder")

    @pytest.mark.parametrize("film", ["999999", "0", "9" * 30])
    def test_unknown_film_is_not_found(self, site, film):
        site.page(f"/films/{film}", 404)

    @pytest.mark.parametrize("path", ["/films/abc", "/films/1x", "/films/-1", "/films/1/more"])
    def test_invalid_id_is_not_found(self, site, path):
        site.page(path, 404)

    def test_related_films_are_listed(self, site):
        page = site.page(f"/films/{site.films['Ran']}")
        assert titles(page)[:3] == ["Dreams", "Rashomon", "Seven Samurai"]

    def test_texts_are_escaped(self, site):
        page = site.page(f"/films/{site.films['Posted & <Sons>']}")
        assert element(page, "h1").text() == "Posted & <Sons>"
        assert "<i>Постер</i>" in element(page, ".film-original").text()
        assert element(page, ".film .prose").text() == 'Says "hello" & <goodbye>.\nTwice.'
        assert page.css_first(".film-original i") is None
        said = element(page, "meta[name=description]").attributes["content"]
        assert said == 'Says "hello" & <goodbye>. Twice.'

    def test_poster_comes_from_this_server(self, site):
        film_id = site.films["Posted & <Sons>"]
        page = site.page(f"/films/{film_id}")
        (poster,) = page.css(".film > .poster img")
        assert poster.attributes["src"] == f"/media/films/{film_id}/poster"
        assert poster.attributes["alt"] == ""
        assert poster.attributes["referrerpolicy"] == "no-referrer"
        assert {"width", "height"} <= set(poster.attributes)
        assert "posters.example" not in page.html

    def test_votes_are_shown_with_the_rating(self, site):
        page = site.page(f"/films/{site.films['Posted & <Sons>']}")
        assert "1,234 votes" in element(page, ".film-numbers").text()

    def test_members_get_a_bookmark_button(self, site):
        path = f"/films/{site.films['Ran']}"
        assert site.page(path).css_first("form.bookmark") is None
        assert f"/sign-in?next={path}" in links(site.page(path))
        assert site.page(path, who="member").css_first(".film-actions form.bookmark")

    def test_metadata_describes_the_film(self, site):
        film_id = site.films["Ran"]
        page = site.page(f"/films/{film_id}")
        observed = {
            meta.attributes["property"]: meta.attributes["content"]
            for meta in page.css("meta[property^='og:']")
        }
        assert observed["og:title"] == "Ran (1985)"
        assert observed["og:type"] == "video.movie"
        assert observed["og:url"] == f"/films/{film_id}"
        assert observed["og:image"] == f"/media/films/{film_id}/poster"


class TestTrailer:
    def test_player_is_loaded_only_after_a_click(self, site):
        response = site.visitor.get(f"/films/{site.films['Posted & <Sons>']}")
        assert "<iframe" not in response.text
        policy = response.headers["content-security-policy"]
        assert "frame-src https://www.youtube-nocookie.com" in policy
        page = site.page(f"/films/{site.films['Posted & <Sons>']}")
        link = page.css_first("a[data-embed]")
        assert link.attributes["href"] == "https://www.youtube.com/watch?v=abcdefghijk"
        assert link.attributes["data-embed"].startswith(
            "https://www.youtube-nocookie.com/embed/abcdefghijk"
        )

    def test_other_trailers_are_links(self, site):
        response = site.visitor.get(f"/films/{site.films['The Cranes Are Flying']}")
        assert "frame-src 'none'" in response.headers["content-security-policy"]
        page = site.page(f"/films/{site.films['The Cranes Are Flying']}")
        link = page.css_first(".trailer a")
        assert link.attributes["href"] == "https://trailers.example/cranes"
        assert "data-embed" not in link.attributes
