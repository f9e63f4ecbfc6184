"""Every form of the visibility rule selects the same films, on both engines."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.database import film_search as search
from kinoteka.database.interface import Reader
from kinoteka.database.schema import films, genre_counts
from kinoteka.database.statement import Statement
from kinoteka.database.visibility import (
    VISIBLE,
    counted_under,
    is_open,
    is_visible_count,
    sees_label,
    visible_to,
)
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, write_transaction
from tests.support.films import ADULT, PREMIUM, SampleFilm, fill_catalogue, ids_by_name

WORD = "Night"
CASES = {
    f"{WORD} {label} {state}": (label, state == "hidden")
    for label in (None, PREMIUM, ADULT)
    for state in ("visible", "hidden")
}
VIEWERS: dict[str, tuple[str, ...] | None] = {
    "no label": (),
    "premium": (PREMIUM,),
    "adult": (ADULT,),
    "both labels": (PREMIUM, ADULT),
    "operator": None,
}

_TITLES: Statement[tuple[str]] = Statement(select(films.c.title).where(VISIBLE))
_COUNT: Statement[tuple[int]] = Statement(
    select(func.sum(genre_counts.c.films)).where(is_visible_count(genre_counts.c.label_id))
)


@pytest.fixture
def reader(settings: Settings) -> Iterator[Reader]:
    """A database with a film for each label and state, all of one genre."""
    fill_catalogue(
        settings, [SampleFilm(title, 2000, ("Drama",), label=CASES[title][0]) for title in CASES]
    )
    execute(settings, "UPDATE films SET hidden_at = 1 WHERE title LIKE '%hidden'")
    with write_transaction(settings) as reader:
        recount_all(reader)
        yield reader


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
def test_every_form_of_the_rule_selects_the_same_films(
    settings: Settings, reader: Reader, viewer: tuple[str, ...] | None
) -> None:
    ids = ids_by_name(settings, "labels")
    labels = None if viewer is None else [ids[name] for name in viewer]
    expected = {
        title
        for title, (label, hidden) in CASES.items()
        if viewer is None or (not hidden and (label is None or label in viewer))
    }
    parameters = visible_to(labels)
    assert {title for (title,) in reader.fetch(_TITLES, **parameters)} == expected
    assert int(reader.fetch(_COUNT, **parameters)[0][0]) == len(expected)
    every_title: Statement[tuple[int, str]] = Statement(select(films.c.id, films.c.title))
    titles = dict(reader.fetch(every_title))
    found = search.find(reader, WORD, labels)
    assert {titles[film_id] for film_id in found} == expected
    assert {name for name in ids if sees_label(labels, ids[name])} == set(
        ids if viewer is None else viewer
    )


@pytest.mark.parametrize(
    ("label_id", "hidden_at", "expected"),
    [(None, None, True), (7, None, False), (7, 1, False), (None, 1, False)],
    ids=["open", "labelled", "labelled and hidden", "hidden"],
)
def test_film_is_open_without_a_label_unless_it_is_hidden(
    label_id: int | None, hidden_at: int | None, expected: bool
) -> None:
    assert is_open(label_id, hidden_at) is expected


@pytest.mark.parametrize(
    ("label_id", "hidden", "expected"),
    [(None, False, 0), (7, False, 7), (7, True, -1), (None, True, -1)],
    ids=["open", "labelled", "labelled and hidden", "hidden"],
)
def test_film_is_counted_under_its_label_unless_it_is_hidden(
    label_id: int | None, hidden: bool, expected: int
) -> None:
    assert counted_under(label_id, hidden=hidden) == expected
