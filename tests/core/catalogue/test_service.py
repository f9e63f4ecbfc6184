"""What each actor sees of the catalogue."""

from collections.abc import Awaitable, Callable

import pytest

from films import ADULT, CATALOGUE, PREMIUM, FilmToBe, fill
from kinoteka.core.access.model import FILMS_LABEL, Actor
from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.catalogue.service import MOST_FOUND, MOST_RELATED, MOST_SUGGESTED
from kinoteka.core.services import Services
from kinoteka.errors import Code
from kinoteka.storage.unit import Unit, unit_of_work
from people import actor_of, anonymous, refused, sign_up

Viewers = Callable[[], Awaitable[dict[str, Actor]]]

HIDDEN = {film.title for film in CATALOGUE if film.label is not None}
PREMIUM_TITLES = {film.title for film in CATALOGUE if film.label == PREMIUM}
SEEN = {
    "anonymous": len(CATALOGUE) - len(HIDDEN),
    "user": len(CATALOGUE) - len(HIDDEN),
    "holder": len(CATALOGUE) - len(HIDDEN - PREMIUM_TITLES),
    "superuser": len(CATALOGUE),
}


async def found(services: Services, unit: Unit, actor: Actor, **query: object) -> list[Film]:
    """Every film of a query, through its pages; the total must say as many."""
    wanted = FilmQuery(**query)  # type: ignore[arg-type]
    listing = await services.catalogue.films(actor, unit, wanted, "192.0.2.1")
    pages = -(-listing.total // 12)
    films = [f for n in range(1, pages + 1) for f in (await listing.page(n)).items]
    assert len(films) == listing.total
    return films


async def titles(services: Services, unit: Unit, **query: object) -> list[str]:
    """The titles that somebody anonymous sees."""
    who = await anonymous(services)
    return [film.title for film in await found(services, unit, who, **query)]


@pytest.mark.parametrize("who", SEEN)
async def test_films_under_a_label_exist_for_who_may_see_them(
    services: Services, unit: Unit, viewers: Viewers, films: dict[str, int], who: str
) -> None:
    actor = (await viewers())[who]
    seen = await found(services, unit, actor)
    assert len(seen) == SEEN[who]
    for title in HIDDEN:
        if title in {film.title for film in seen}:
            assert (await services.catalogue.film(actor, unit, films[title])).title == title
        else:
            with refused(Code.FILM_UNKNOWN):
                await services.catalogue.film(actor, unit, films[title])


async def test_films_come_by_id(services: Services, unit: Unit, films: dict[str, int]) -> None:
    visible = [film.title for film in CATALOGUE if film.label is None]
    assert await titles(services, unit) == visible


async def test_the_newest_come_by_year_and_those_without_one_last(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    visible = [film for film in CATALOGUE if film.label is None]
    ordered = sorted(visible, key=lambda f: (f.year or 0, films[f.title]), reverse=True)
    assert await titles(services, unit, order="newest") == [film.title for film in ordered]


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("genre_id", "Science Fiction"),
        ("genre_id", "War"),
        ("director_id", "Lilly Wachowski"),
        ("director_id", "Fritz Lang"),
    ],
)
@pytest.mark.parametrize("order", ["id", "newest"])
async def test_any_of_a_films_genres_and_directors_counts(
    services: Services, unit: Unit, viewers: Viewers, column: str, name: str, order: str
) -> None:
    root = (await viewers())["superuser"]
    kind = "genres" if column == "genre_id" else "directors"
    listing = await getattr(services.catalogue, kind)(root, unit)
    ids = {item.name: item.id async for chunk in listing.chunks() for item in chunk}
    expected = {film.title for film in CATALOGUE if name in getattr(film, kind)}
    some = await found(services, unit, root, order=order, **{column: ids[name]})
    assert {film.title for film in some} == expected
    by_years = sorted(some, key=lambda f: (f.year or 0, f.id), reverse=True)
    assert some == (by_years if order == "newest" else sorted(some, key=lambda f: f.id))


async def test_filters_go_together(services: Services, unit: Unit, films: dict[str, int]) -> None:
    assert await titles(services, unit, year=1979) == ["Stalker", "Alien"]
    stalker = await services.catalogue.film(await anonymous(services), unit, films["Stalker"])
    both = {"year": 1979, "director_id": stalker.director.id}
    assert await titles(services, unit, **both) == ["Stalker"]
    assert await titles(services, unit, **both, genre_id=10**6) == []


async def test_a_film_has_the_first_of_its_genres_and_directors(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    who = await anonymous(services)
    matrix = await services.catalogue.film(who, unit, films["The Matrix"])
    assert (matrix.genre.name, matrix.director.name) == ("Action", "Lana Wachowski")
    nobody = await services.catalogue.film(who, unit, films["Nobody Knows When"])
    assert (nobody.genre.name, nobody.director.name, nobody.year) == ("Unknown", "Unknown", None)


@pytest.mark.parametrize("film_id", [0, 999, 2**53, 2**63 - 1])
async def test_unknown_films(services: Services, unit: Unit, film_id: int) -> None:
    with refused(Code.FILM_UNKNOWN):
        await services.catalogue.film(await anonymous(services), unit, film_id)


async def test_films_by_id_keep_the_order_and_leave_out_what_is_hidden(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    ids = [films[title] for title in ("Ran", "Zanzibar Nights", "M")]
    some = await services.catalogue.films_by_id(await anonymous(services), unit, [*ids, 999])
    assert [film.title for film in some] == ["Ran", "M"]


@pytest.mark.parametrize(
    ("who", "genres", "directors"),
    [
        ("anonymous", set(), set()),
        ("user", set(), set()),
        ("holder", {"Documentary"}, {"Dziga Vertov", "Zoe Hidden"}),
        ("superuser", {"Documentary", "Erotic"}, {"Dziga Vertov", "Zoe Hidden"}),
    ],
)
async def test_genres_and_directors_with_nothing_to_see_are_not_there(
    services: Services,
    unit: Unit,
    viewers: Viewers,
    who: str,
    genres: set[str],
    directors: set[str],
) -> None:
    everybody = await viewers()
    actor, root = everybody[who], everybody["superuser"]
    for kind, one, hidden in (
        ("genres", services.catalogue.genre, genres),
        ("directors", services.catalogue.director, directors),
    ):
        seen = await by_name(services, unit, actor, kind)
        every = await by_name(services, unit, root, kind)
        labelled = {"Documentary", "Erotic", "Dziga Vertov", "Zoe Hidden"} & set(every)
        assert labelled & set(seen) == hidden
        for name, item_id in every.items():
            if name in seen:
                assert (await one(actor, unit, item_id)).name == name
            else:
                with refused(Code.GENRE_UNKNOWN if kind == "genres" else Code.DIRECTOR_UNKNOWN):
                    await one(actor, unit, item_id)


async def by_name(services: Services, unit: Unit, actor: Actor, kind: str) -> dict[str, int]:
    """The ids of the genres or directors that an actor sees, by name."""
    listing = await getattr(services.catalogue, kind)(actor, unit)
    items = {item.name: item.id async for chunk in listing.chunks() for item in chunk}
    assert len(items) == listing.total
    return items


class TestSetLabel:
    """Labels changed by hand."""

    @pytest.mark.parametrize("who", ["anonymous", "user", "holder"])
    async def test_needs_the_permission(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int], who: str
    ) -> None:
        actor = (await viewers())[who]
        code = Code.UNAUTHORIZED if who == "anonymous" else Code.FORBIDDEN
        with refused(code):
            await services.catalogue.set_label(actor, unit, films["M"], PREMIUM)

    @pytest.mark.parametrize(
        ("film_id", "label", "code"),
        [
            (999, PREMIUM, Code.FILM_UNKNOWN),
            (2**63 - 1, None, Code.FILM_UNKNOWN),
            (1, "unheard-of", Code.LABEL_UNKNOWN),
            (1, "", Code.LABEL_UNKNOWN),
        ],
    )
    async def test_refuses_what_is_unknown(
        self, services: Services, viewers: Viewers, film_id: int, label: str | None, code: Code
    ) -> None:
        root = (await viewers())["superuser"]
        before = services.revisions.value("catalogue")
        with refused(code):
            await label_film(services, root, film_id, label)
        assert services.revisions.value("catalogue") == before

    async def test_an_operator_labels_what_the_operator_sees(
        self, services: Services, viewers: Viewers, films: dict[str, int]
    ) -> None:
        root = (await viewers())["superuser"]
        operator = await operator_of_labels(services, root)
        await label_film(services, operator, films["M"], PREMIUM)
        with refused(Code.FILM_UNKNOWN):
            await label_film(services, operator, films["M"], None)

    @pytest.mark.parametrize(
        ("label", "changes"),
        [
            (PREMIUM, {"anonymous": -1, "user": -1, "holder": 0, "superuser": 0}),
            (ADULT, {"anonymous": -1, "user": -1, "holder": -1, "superuser": 0}),
            (None, {"anonymous": 0, "user": 0, "holder": 0, "superuser": 0}),
        ],
    )
    async def test_hides_and_shows_at_once(
        self,
        services: Services,
        unit: Unit,
        viewers: Viewers,
        films: dict[str, int],
        label: str | None,
        changes: dict[str, int],
    ) -> None:
        everybody = await viewers()
        for wanted in (label, label, None):
            await label_film(services, everybody["superuser"], films["Alien"], wanted)
            for who, actor in everybody.items():
                seen = {film.title for film in await found(services, unit, actor)}
                change = changes[who] if wanted == label else 0
                assert len(seen) == SEEN[who] + change
                assert ("Alien" in seen) == (change == 0)
                genres = await by_name(services, unit, actor, "genres")
                assert ("Horror" in genres) == (change == 0)


async def label_film(services: Services, actor: Actor, film_id: int, label: str | None) -> None:
    """Set a film's label in a transaction of its own."""
    async with unit_of_work(services.database) as unit:
        await services.catalogue.set_label(actor, unit, film_id, label)


async def operator_of_labels(services: Services, root: Actor) -> Actor:
    """Somebody who may change labels and sees none."""
    started = await sign_up(services)
    async with unit_of_work(services.database) as unit:
        role = await services.access.create_role(root, unit, "labels", [FILMS_LABEL])
    async with unit_of_work(services.database) as unit:
        await services.access.assign_role(root, unit, started.account.id, role.id)
    actor = await actor_of(services, started.token)
    assert actor is not None
    return actor


async def test_filters_choose_among_more_than_a_search_gives(
    services: Services, unit: Unit
) -> None:
    others = [FilmToBe(f"Film {number}", 1990) for number in range(MOST_FOUND + 200)]
    last = FilmToBe("Film with the longest title, which comes last", 2020)
    fill(services.settings, [*others, last])
    plain = await titles(services, unit, text="film")
    assert len(plain) == MOST_FOUND
    assert last.title not in plain
    assert await titles(services, unit, text="film", year=2020) == [last.title]
    newest = await titles(services, unit, text="film", order="newest")
    assert len(newest) == MOST_FOUND
    assert newest[0] == last.title
    assert len(await titles(services, unit, text="film", year=1990)) == MOST_FOUND


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
        some = [FilmToBe("Few", rating=8.0, votes=5), FilmToBe("Many", rating=8.0, votes=500)]
        fill(services.settings, [*some, FilmToBe("Some", rating=8.0, votes=50)])
        assert await titles(services, unit, order="rating") == ["Many", "Some", "Few"]

    async def test_titles_come_by_the_alphabet_without_case_and_accents(
        self, services: Services, unit: Unit
    ) -> None:
        names = ["zebra", "Ärger", "Apple", "Émile", "eels", "Ящик", "Ёлка", "42"]
        fill(services.settings, [FilmToBe(name) for name in names])
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
        who = await anonymous(services)
        matrix = await services.catalogue.details(who, unit, films["The Matrix"])
        assert matrix.film == await services.catalogue.film(who, unit, films["The Matrix"])
        assert [genre.name for genre in matrix.genres] == ["Action", "Science Fiction"]
        assert [each.name for each in matrix.directors] == ["Lana Wachowski", "Lilly Wachowski"]
        assert (matrix.votes, matrix.imdb_id, matrix.tmdb_id) == (0, None, None)

    async def test_unknown_ones_are_left_out(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous(services)
        nobody = await services.catalogue.details(who, unit, films["Nobody Knows When"])
        assert (nobody.genres, nobody.directors) == ((), ())

    async def test_hidden_films_are_not_there(
        self, services: Services, unit: Unit, viewers: Viewers, films: dict[str, int]
    ) -> None:
        everybody = await viewers()
        with refused(Code.FILM_UNKNOWN):
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
        who = await anonymous(services)
        like_it = await self.related(services, unit, who, films["Ran"])
        assert like_it[:3] == ["Seven Samurai", "Rashomon", "Dreams"]
        assert set(like_it[3:]) == {"The Cranes Are Flying", "Mirror"}

    async def test_those_near_in_year_and_rating_come_before_others(
        self, services: Services, unit: Unit
    ) -> None:
        near = FilmToBe("Near", 1991, ("War",), rating=7.1)
        worse = FilmToBe("Worse", 1991, ("War",), rating=4.0)
        older = FilmToBe("Older", 1961, ("War",), rating=7.0)
        film = FilmToBe("It", 1990, ("War",), rating=7.0)
        ids = fill(services.settings, [older, worse, near, film, FilmToBe("Else", 1990, ("Noir",))])
        who = await anonymous(services)
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
        who = await anonymous(services)
        assert await self.related(services, unit, who, films["Nobody Knows When"]) == []

    async def test_a_film_without_year_and_rating_has_some_of_its_genre(
        self, services: Services, unit: Unit
    ) -> None:
        some = [FilmToBe(f"Film {number}", None, ("War",)) for number in range(30)]
        ids = fill(services.settings, some)
        who = await anonymous(services)
        like_it = await self.related(services, unit, who, ids["Film 3"])
        assert len(like_it) == MOST_RELATED
        assert "Film 3" not in like_it


class TestSuggested:
    """What is suggested while somebody types."""

    async def test_the_best_few(
        self, services: Services, unit: Unit, films: dict[str, int]
    ) -> None:
        who = await anonymous(services)
        found = await services.catalogue.suggested(who, unit, " matr ", "192.0.2.1")
        assert [film.title for film in found] == ["The Matrix"]
        assert await services.catalogue.suggested(who, unit, "  ", "192.0.2.1") == []
        fill(services.settings, [FilmToBe(f"Mat {number}") for number in range(20)])
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
        with refused(Code.FIELD_INVALID):
            await services.catalogue.suggested(await anonymous(services), unit, text, "192.0.2.1")
