"""Possible duplicates are listed best first, compared, and dismissed for good."""

import pytest

from kinoteka.core.access.model import FILMS_EDIT, Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.film_merging import queries, service
from kinoteka.core.services import Services
from kinoteka.errors import Code
from tests.support.accounts import perform
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.merges import bookmark, member, merge, select

ADD_PAIR = "INSERT INTO possible_duplicates VALUES (?, ?, ?, NULL)"
# The best evidence comes first, then the most votes, then the smallest ids.
ORDER = (
    ("M", "Metropolis", "ids"),
    ("Alien", "Stalker", "people"),
    ("Metropolis", "Stalker", "people"),
    ("M", "Stalker", "people"),
    ("Alien", "Ran", "title"),
    ("M", "Ran", "by hand"),
)


@pytest.fixture
def pairs(services: Services, films: dict[str, int]) -> list[tuple[int, int]]:
    """Pairs of possible duplicates, in the order of the list."""
    execute(services.settings, "UPDATE films SET votes = 50 WHERE title = 'Alien'")
    found = []
    for one, other, reason in ORDER:
        low, high = sorted((films[one], films[other]))
        execute(services.settings, ADD_PAIR, low, high, reason)
        found.append((low, high))
    return found


async def dismiss(services: Services, root: Actor, film_id: int, other_id: int) -> None:
    await perform(services, services.film_merging.dismiss, root, film_id, other_id)


async def test_pairs_are_listed_best_first_on_several_pages(
    services: Services,
    pairs: list[tuple[int, int]],
    root: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = await perform(services, services.film_merging.duplicates, root)
    assert [(each.film_id, each.other_id) for each in whole.pairs] == pairs
    assert whole.next is None
    monkeypatch.setattr(service, "DUPLICATES_PAGE", 2)
    listed, after = [], None
    for _ in range(3):
        page = await perform(services, services.film_merging.duplicates, root, after)
        listed += [(each.film_id, each.other_id) for each in page.pairs]
        after = page.next
    assert (listed, after) == (pairs, None)


async def test_film_lists_the_films_that_may_be_the_same(
    services: Services, films: dict[str, int], pairs: list[tuple[int, int]], root: Actor
) -> None:
    found = await perform(services, services.film_merging.alike, root, films["Stalker"])
    assert [each.title for each in found] == ["Alien", "Metropolis", "M"]
    assert len(found) < queries.MAX_ALIKE


async def test_dismissed_pair_is_no_longer_listed_and_its_records_are_separate(
    services: Services, films: dict[str, int], pairs: list[tuple[int, int]], root: Actor
) -> None:
    film, other = films["Stalker"], films["Alien"]
    for _ in range(2):
        await dismiss(services, root, film, other)
    page = await perform(services, services.film_merging.duplicates, root)
    assert (min(film, other), max(film, other)) not in [
        (each.film_id, each.other_id) for each in page.pairs
    ]
    separations = "SELECT external_id, film_id FROM separations ORDER BY 1"
    assert rows(services.settings, separations) == [("Alien", film), ("Stalker", other)]
    log = await perform(services, services.audit.entries, root, AuditFilter(subject_kind="film"))
    assert [(each.action, each.details) for each in log.entries] == [
        ("films_differ", {"other": other})
    ]


async def test_dismissal_needs_two_existing_films_and_the_permission(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    with raises_error(Code.FIELD_INVALID, field="other", reason="same_film"):
        await dismiss(services, root, films["M"], films["M"])
    with raises_error(Code.FILM_UNKNOWN):
        await dismiss(services, root, films["M"], 9999)
    for name in ("duplicates", "alike", "compare"):
        given = {"duplicates": (), "alike": (1,), "compare": (1, 2)}[name]
        with raises_error(Code.FORBIDDEN, permission=FILMS_EDIT):
            operation = getattr(services.film_merging, name)
            await perform(services, operation, await member(services), *given)


async def test_comparison_has_both_films_and_what_refers_to_them(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    one, other = films["Alien"], films["Stalker"]
    anna = await member(services)
    await bookmark(services, anna, other)
    await select(services, anna, one, other)
    execute(services.settings, "INSERT INTO film_ids VALUES ('imdb', 'tt0079944', ?)", other)
    found = await perform(services, services.film_merging.compare, root, one, other)
    assert [each.film.fields.title for each in found] == ["Alien", "Stalker"]
    assert [(each.bookmarks, each.selections) for each in found] == [(0, 1), (1, 1)]
    assert [each.parts.ids for each in found] == [{}, {"imdb": "tt0079944"}]


async def test_merged_film_cannot_be_compared(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    await merge(services, root, survivor, old)
    for pair in ((survivor, old), (old, films["Ran"])):
        with raises_error(Code.FILM_MERGED, film=survivor, old=old):
            await perform(services, services.film_merging.compare, root, *pair)
