"""What pages of films rest on: orders, filters, a film's details, films like it, suggestions."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.service import MOST_RELATED, MOST_SUGGESTED
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor
from tests.support.errors import raises_error
from tests.support.films import ADULT, CATALOGUE, PREMIUM, SampleFilm, fill_catalogue
from tests.unit.core.catalogue.conftest import found, titles

Viewers = Callable[[], Awaitable[dict[str, Actor]]]

HIDDEN = {film.title for film in CATALOGUE if film.label is not None}
PREMIUM_TITLES = {film.title for film in CATALOGUE if film.label == PREMIUM}
BY_RATING = sorted(
    (film for film in CATALOGUE if film.label is None),
    key=lambda film: (-(film.rating or -1), -CATALOGUE.index(film)),
)


class TestOrders:
    """Orders other than those by id and year."""

    async def test_the_best_come_first_and_those_without_a_rating_last(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        assert await titles(services, unit, order="rating") == [film.title for film in BY_RATING]

    async def test_of_equals_those_with_more_votes(self, services: Services, unit: Unit) -> None:
        some = [SampleFilm("Few", rating=8.0, votes=5), SampleFilm("Many", rating=8.0, votes=500)]
        fill_catalogue(services.settings, [*some, SampleFilm("Some", rating=8.0, votes=50)])
        assert await titles(services, unit, order="rating") == ["Many", "Some", "Few"]

    async def test_titles_come_by_the_alphabet_without_case_and_accents(
        self, services: Services, unit: Unit
    ) -> None:
        names = ["zebra", "Ärger", "Apple", "Émile", "eels", "Ящик", "Ёлка", "42"]
        fill_catalogue(services.settings, [SampleFilm(name) for name in names])
        ordered = ["42", "Apple", "Ärger", "eels", "Émile", "zebra", "Ёлка", "Ящик"]
        assert await titles(services, unit, order="title") == ordered

    @pytest.mark.parametrize("order", ["newest", "rating", "title"])
    async def test_what_a_search_finds_is_put_in_order_too(
        self, services: Services, unit: Unit, films: dict[str, int], order: str
    ) -> None:
        every = await titles(services, unit, order=order)
        found_in_order = await titles(services, unit, text="m", order=order)
        assert len(found_in_order) > 2
        assert found_in_order == [title for title in every if title in found_in_order]


class TestFilters:
    """Filters other than those of the contracts."""

    @pytest.mark.parametrize("order", ["id", "newest", "rating", "title"])
    async def test_the_least_rating(
        self, services: Services, unit: Unit, films: dict[str, int], order: str
    ) -> None:
        expected = {film.title for film in BY_RATING if film.rating and film.rating >= 8.3}
        assert set(await titles(services, unit, rating=8.3, order=order)) == expected
        assert await titles(services, unit, rating=8.3, year=1999, order=order) == ["The Matrix"]

    @pytest.mark.parametrize(
        ("who", "label", "expected"),
        [
            ("anonymous", PREMIUM, set()),
            ("user", PREMIUM, set()),
            ("holder", PREMIUM, PREMIUM_TITLES),
            ("holder", ADULT, set()),
            ("superuser", ADULT, HIDDEN - PREMIUM_TITLES),
            ("superuser", "unheard-of", set()),
            ("superuser", "", set()),
        ],
    )
    async def test_a_label_chooses_what_the_actor_sees_under_it(
        self,
        services: Services,
        unit: Unit,
        viewers: Viewers,
        who: str,
        label: str,
        expected: set[str],
    ) -> None:
        actor = (await viewers())[who]
        assert {film.title for film in await found(services, unit, actor, label=label)} == expected
        among_found = await found(services, unit, actor, label=label, text="n")
        assert {film.title for film in among_found} <= expected


class TestDetails:
    """What a film's own page shows."""

    async def test_all_genres_and_directors_in_order(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous_actor(services)
        matrix = await services.catalogue.details(who, unit, films["The Matrix"])
        assert matrix.film == await services.catalogue.film(who, unit, films["The Matrix"])
        assert [genre.name for genre in matrix.genres] == ["Action", "Science Fiction"]
        assert [each.name for each in matrix.directors] == ["Lana Wachowski", "Lilly Wachowski"]
        assert (matrix.votes, matrix.imdb_id, matrix.tmdb_id) == (0, None, None)

    async def test_unknown_ones_are_left_out(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous_actor(services)
        nobody = await services.catalogue.details(who, unit, films["Nobody Knows When"])
        assert (nobody.genres, nobody.directors) == ((), ())

    async def test_hidden_films_are_not_there(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        everybody = await viewers()
        with raises_error(Code.FILM_UNKNOWN):
            await services.catalogue.details(everybody["user"], unit, films["Zanzibar Nights"])
        await services.catalogue.details(everybody["holder"], unit, films["Zanzibar Nights"])


class TestRelated:
    """Films like a film."""

    async def related(
        self, services: Services, unit: Unit, actor: Actor, film_id: int
    ) -> list[str]:
        film = await services.catalogue.film(actor, unit, film_id)
        return [each.title for each in await services.catalogue.related(actor, unit, film)]

    async def test_those_of_the_director_come_first_and_then_those_of_the_genre(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous_actor(services)
        like_it = await self.related(services, unit, who, films["Ran"])
        assert like_it[:3] == ["Seven Samurai", "Rashomon", "Dreams"]
        assert set(like_it[3:]) == {"The Cranes Are Flying", "Mirror"}

    async def test_those_near_in_year_and_rating_come_before_others(
        self, services: Services, unit: Unit
    ) -> None:
        near = SampleFilm("Near", 1991, ("War",), rating=7.1)
        worse = SampleFilm("Worse", 1991, ("War",), rating=4.0)
        older = SampleFilm("Older", 1961, ("War",), rating=7.0)
        film = SampleFilm("It", 1990, ("War",), rating=7.0)
        ids = fill_catalogue(
            services.settings, [older, worse, near, film, SampleFilm("Else", 1990, ("Noir",))]
        )
        who = await anonymous_actor(services)
        assert await self.related(services, unit, who, ids["It"]) == ["Near", "Worse", "Older"]

    async def test_hidden_ones_are_for_who_may_see_them(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        everybody = await viewers()
        for who, actor in everybody.items():
            titles_seen = await self.related(services, unit, actor, films["M"])
            assert ("After Midnight" in titles_seen) == (who == "superuser")

    async def test_a_film_of_which_nothing_is_known_is_like_no_other(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous_actor(services)
        assert await self.related(services, unit, who, films["Nobody Knows When"]) == []

    async def test_a_film_without_year_and_rating_has_some_of_its_genre(
        self, services: Services, unit: Unit
    ) -> None:
        some = [SampleFilm(f"Film {number}", None, ("War",)) for number in range(30)]
        ids = fill_catalogue(services.settings, some)
        who = await anonymous_actor(services)
        like_it = await self.related(services, unit, who, ids["Film 3"])
        assert len(like_it) == MOST_RELATED
        assert "Film 3" not in like_it


class TestSuggested:
    """What is suggested while somebody types."""

    async def test_the_best_few(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous_actor(services)
        found = await services.catalogue.suggested(who, unit, " matr ", "192.0.2.1")
        assert [film.title for film in found] == ["The Matrix"]
        assert await services.catalogue.suggested(who, unit, "  ", "192.0.2.1") == []
        fill_catalogue(services.settings, [SampleFilm(f"Mat {number}") for number in range(20)])
        await services.revisions.look()
        found = await services.catalogue.suggested(who, unit, "mat", "192.0.2.1")
        assert len(found) == MOST_SUGGESTED

    async def test_hidden_ones_are_for_who_may_see_them(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        for who, actor in (await viewers()).items():
            found = await services.catalogue.suggested(actor, unit, "zanz", "192.0.2.1")
            assert bool(found) == (who in ("holder", "superuser"))

    @pytest.mark.parametrize("text", ["a" * 500, "a\x00b"])
    async def test_texts_that_no_title_has(self, services: Services, unit: Unit, text: str) -> None:
        with raises_error(Code.FIELD_INVALID):
            await services.catalogue.suggested(
                await anonymous_actor(services), unit, text, "192.0.2.1"
            )
