"""Sort orders, filters, details, related films and suggestions."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import Suggestions
from kinoteka.core.catalogue.service import MAX_RELATED_FILMS, MAX_SUGGESTIONS
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor
from tests.support.errors import raises_error
from tests.support.films import ADULT, CATALOGUE, PREMIUM, SampleFilm, fill_catalogue
from tests.unit.core.catalogue.conftest import anonymous_titles, visible_films

Viewers = Callable[[], Awaitable[dict[str, Actor]]]

LABELLED = {film.title for film in CATALOGUE if film.label is not None}
PREMIUM_TITLES = {film.title for film in CATALOGUE if film.label == PREMIUM}
BY_RATING = sorted(
    (film for film in CATALOGUE if film.label is None),
    key=lambda film: (-(film.rating or -1), -CATALOGUE.index(film)),
)


class TestSortOrders:
    async def test_rating_order_puts_films_without_rating_last(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        assert await anonymous_titles(services, unit, order="rating") == [
            film.title for film in BY_RATING
        ]

    async def test_equal_ratings_are_sorted_by_votes(self, services: Services, unit: Unit) -> None:
        some = [SampleFilm("Few", rating=8.0, votes=5), SampleFilm("Many", rating=8.0, votes=500)]
        fill_catalogue(services.settings, [*some, SampleFilm("Some", rating=8.0, votes=50)])
        assert await anonymous_titles(services, unit, order="rating") == ["Many", "Some", "Few"]

    async def test_title_order_ignores_case_and_accents(
        self, services: Services, unit: Unit
    ) -> None:
        names = ["zebra", "Ärger", "Apple", "Émile", "eels", "Ящик", "Ёлка", "42"]
        fill_catalogue(services.settings, [SampleFilm(name) for name in names])
        ordered = ["42", "Apple", "Ärger", "eels", "Émile", "zebra", "Ёлка", "Ящик"]
        assert await anonymous_titles(services, unit, order="title") == ordered

    @pytest.mark.parametrize("order", ["newest", "rating", "title"])
    async def test_search_results_are_sorted(
        self, services: Services, unit: Unit, films: dict[str, int], order: str
    ) -> None:
        every = await anonymous_titles(services, unit, order=order)
        found_in_order = await anonymous_titles(services, unit, text="m", order=order)
        assert len(found_in_order) > 2
        assert found_in_order == [title for title in every if title in found_in_order]


class TestFilters:
    @pytest.mark.parametrize("order", ["id", "newest", "rating", "title"])
    async def test_rating_filter_is_a_minimum(
        self, services: Services, unit: Unit, films: dict[str, int], order: str
    ) -> None:
        expected = {film.title for film in BY_RATING if film.rating and film.rating >= 8.3}
        assert set(await anonymous_titles(services, unit, rating=8.3, order=order)) == expected
        assert await anonymous_titles(services, unit, rating=8.3, year=1999, order=order) == [
            "The Matrix"
        ]

    @pytest.mark.parametrize(
        ("viewer", "label", "expected"),
        [
            ("anonymous", PREMIUM, set()),
            ("user", PREMIUM, set()),
            ("labelled_reader", PREMIUM, PREMIUM_TITLES),
            ("labelled_reader", ADULT, set()),
            ("superuser", ADULT, LABELLED - PREMIUM_TITLES),
            ("superuser", "unheard-of", set()),
            ("superuser", "", set()),
        ],
    )
    async def test_label_filter_returns_visible_films_of_the_label(
        self,
        services: Services,
        unit: Unit,
        viewers: Viewers,
        viewer: str,
        label: str,
        expected: set[str],
    ) -> None:
        actor = (await viewers())[viewer]
        assert {
            film.title for film in await visible_films(services, unit, actor, label=label)
        } == expected
        among_found = await visible_films(services, unit, actor, label=label, text="n")
        assert {film.title for film in among_found} <= expected


class TestDetails:
    async def test_details_have_all_genres_and_directors_in_order(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        viewer = await anonymous_actor(services)
        matrix = await services.catalogue.details(viewer, unit, films["The Matrix"])
        assert matrix.film == await services.catalogue.film(viewer, unit, films["The Matrix"])
        assert [genre.name for genre in matrix.genres] == ["Action", "Science Fiction"]
        assert [each.name for each in matrix.directors] == ["Lana Wachowski", "Lilly Wachowski"]
        assert (matrix.film.votes, matrix.imdb_id, matrix.tmdb_id) == (0, None, None)

    async def test_details_omit_unknown_genres_and_directors(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        viewer = await anonymous_actor(services)
        anonymous = await services.catalogue.details(viewer, unit, films["Nobody Knows When"])
        assert (anonymous.genres, anonymous.directors) == ((), ())

    async def test_invisible_film_is_rejected(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        actors = await viewers()
        with raises_error(Code.FILM_UNKNOWN):
            await services.catalogue.details(actors["user"], unit, films["Zanzibar Nights"])
        await services.catalogue.details(actors["labelled_reader"], unit, films["Zanzibar Nights"])


class TestRelated:
    async def related(
        self, services: Services, unit: Unit, actor: Actor, film_id: int
    ) -> list[str]:
        film = await services.catalogue.film(actor, unit, film_id)
        return [each.title for each in await services.catalogue.related(actor, unit, film)]

    async def test_films_of_the_director_come_before_films_of_the_genre(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        viewer = await anonymous_actor(services)
        related_titles = await self.related(services, unit, viewer, films["Ran"])
        assert related_titles[:3] == ["Dreams", "Rashomon", "Seven Samurai"]
        assert related_titles[3:] == ["The Cranes Are Flying"]

    async def test_films_close_in_year_and_rating_come_first(
        self, services: Services, unit: Unit
    ) -> None:
        near = SampleFilm("Near", 1991, ("War", "Drama"), rating=7.1)
        worse = SampleFilm("Worse", 1991, ("War", "Drama"), rating=4.0)
        older = SampleFilm("Older", 1961, ("War", "Drama"), rating=7.0)
        film = SampleFilm("It", 1990, ("War", "Drama"), rating=7.0)
        ids = fill_catalogue(
            services.settings, [older, worse, near, film, SampleFilm("Else", 1990, ("Noir",))]
        )
        viewer = await anonymous_actor(services)
        assert await self.related(services, unit, viewer, ids["It"]) == ["Near", "Worse", "Older"]

    async def test_invisible_films_are_omitted(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        actors = await viewers()
        for viewer, actor in actors.items():
            visible_titles = await self.related(services, unit, actor, films["M"])
            assert ("After Midnight" in visible_titles) == (viewer == "superuser")

    async def test_films_with_one_common_genre_are_not_similar(
        self, services: Services, unit: Unit
    ) -> None:
        some = [
            SampleFilm("The Matrix", 1999, ("Sci-Fi", "Action")),
            SampleFilm("Bicentennial Man", 1999, ("Sci-Fi", "Comedy")),
            SampleFilm("Dark City", 1998, ("Sci-Fi", "Action")),
        ]
        ids = fill_catalogue(services.settings, some)
        viewer = await anonymous_actor(services)
        related = await self.related(services, unit, viewer, ids["The Matrix"])
        assert related == ["Dark City"]

    async def test_film_without_genre_and_director_has_no_related_films(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        viewer = await anonymous_actor(services)
        assert await self.related(services, unit, viewer, films["Nobody Knows When"]) == []

    async def test_film_without_year_and_rating_has_films_of_its_genres(
        self, services: Services, unit: Unit
    ) -> None:
        some = [SampleFilm(f"Film {number}", None, ("War", "Drama")) for number in range(30)]
        ids = fill_catalogue(services.settings, some)
        viewer = await anonymous_actor(services)
        related_titles = await self.related(services, unit, viewer, ids["Film 3"])
        assert len(related_titles) == MAX_RELATED_FILMS
        assert "Film 3" not in related_titles


class TestSuggest:
    async def test_best_matches_are_suggested(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        viewer = await anonymous_actor(services)
        suggestions = await services.catalogue.suggest(viewer, unit, " matr ", "192.0.2.1")
        assert [film.title for film in suggestions.films] == ["The Matrix"]
        assert suggestions.is_complete
        suggestions = await services.catalogue.suggest(viewer, unit, "  ", "192.0.2.1")
        assert suggestions == Suggestions([], is_complete=True)
        fill_catalogue(services.settings, [SampleFilm(f"Mat {number}") for number in range(20)])
        await services.revisions.refresh()
        suggestions = await services.catalogue.suggest(viewer, unit, "mat", "192.0.2.1")
        assert len(suggestions.films) == MAX_SUGGESTIONS
        assert not suggestions.is_complete

    async def test_invisible_films_are_omitted(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        for viewer, actor in (await viewers()).items():
            suggestions = await services.catalogue.suggest(actor, unit, "zanz", "192.0.2.1")
            assert bool(suggestions.films) == (viewer in ("labelled_reader", "superuser"))

    @pytest.mark.parametrize("text", ["a" * 500, "a\x00b"])
    async def test_invalid_text_is_rejected(
        self, services: Services, unit: Unit, text: str
    ) -> None:
        with raises_error(Code.FIELD_INVALID):
            await services.catalogue.suggest(
                await anonymous_actor(services), unit, text, "192.0.2.1"
            )
