"""Everything that reads films uses the one definition of what a viewer sees.

The test walks through all statements and all hand-written SQL of the package. What reads films, or
what would show that they exist, must contain the definition or be listed with a reason.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import ColumnElement, func, select

from kinoteka.core.catalogue.queries import FILTERS, film_order, search_result_order
from kinoteka.core.library.queries import public_order
from kinoteka.database.schema import director_counts, film_genres, films, genre_counts
from kinoteka.database.statement import DIALECTS, Statement
from kinoteka.database.visibility import SEARCHES, VISIBLE, is_visible_count
from tests.support.statements import (
    Sql,
    defined_in,
    module_names,
    statement_builders,
    texts_in_functions,
)

FILMS = (
    *("films", "film_genres", "credits", "bookmarks", "selection_films"),
    *("search_titles", r"search_films\w*"),
)
COUNTS = ("genre_counts", "director_counts")

EXEMPT = {
    "kinoteka.database.engines.*.imports.*": "imports write films and show none",
    "kinoteka.database.film_combining:*": "imports write films and show none",
    "kinoteka.database.film_records:*": "imports write films and show none",
    "kinoteka.database.film_matching:*": "imports match every film",
    "kinoteka.database.film_undo:*": "removes films and shows none",
    "kinoteka.database.title_changes:*": "operators see the titles that an import would change",
    "kinoteka.core.film_editing.queries:*": "operators can edit all films",
    "kinoteka.core.film_editing.parts.queries:*": "operators can edit all films",
    "kinoteka.core.film_merging.queries:*": "operators can merge all films",
    "kinoteka.core.film_splitting.queries:*": "operators can split all films",
    "kinoteka.core.genre_editing.queries:*": "operators can merge all genres",
    "kinoteka.core.catalogue.queries:FILM_ACCESS": "operators label and hide every film",
    "kinoteka.core.catalogue.queries:COUNT_BY_LABEL": "operators see how often a label is used",
    "kinoteka.core.catalogue.queries:GENRES_AND_DIRECTORS": "only names of a visible film",
    "kinoteka.core.catalogue.parts.queries:CREDITS": "only of a visible film",
    "kinoteka.core.catalogue.*:NAMES_OF_PEOPLE": "only names of visible films",
    "kinoteka.core.catalogue.*:VOTES": "only votes of visible films",
    "kinoteka.core.catalogue.facets.queries:SIMILAR_CANDIDATES": "TRAITS selects the visible ones",
    "kinoteka.core.catalogue.facets.queries:OWN_CREDITS": "only of a visible film",
    "kinoteka.core.catalogue.facets.queries:SHARED_CREDITS": "TRAITS selects the visible films",
    "kinoteka.core.catalogue.facets.queries:GENRES_OF_FILMS": "TRAITS selects the visible films",
    "kinoteka.core.library.queries:BOOKMARKED_IDS": "only ids of films that the actor has",
    "kinoteka.core.film_posters.queries:DELETE_UNUSED": "deletes posters of deleted films",
    "kinoteka.core.export.queries:NAMES_OF_FILMS": "only names of visible films",
    "kinoteka.core.export.queries:BOOKMARKED": "only ids; BOOKMARKS selects from them",
    "kinoteka.database.weighted_ratings:*": "the mean rating and its weight, of all films",
    "kinoteka.database.engines.*.search.index:*": "writes the index",
    "kinoteka.*:ENTRIES*": "every film is in the search index",
    "kinoteka.database.engines.*.search.reader:_MATCHES": "for viewers who see every film",
    "kinoteka.database.engines.*.search.reader:_matches_sql": "builds the texts of its module",
    "kinoteka.database.engines.*.search.reader:_LINES": "titles of films that a search has found",
}
BUILT = {
    "kinoteka.core.catalogue.queries:film_order": [
        film_order(filters, order)
        for filters in ((), *((name,) for name in FILTERS))
        for order in ("id", "newest", "rating", "title")
    ],
    "kinoteka.core.catalogue.queries:search_result_order": [
        search_result_order(filters, order)
        for filters in ((), FILTERS)
        for order in (None, "title")
    ],
    "kinoteka.core.library.queries:public_order": [
        public_order(featured) for featured in (None, True, False)
    ],
}
"""Calls of the functions that build statements. Add examples here for a new function."""
BUILDERS = {
    "kinoteka.core.catalogue.films.queries:_film_statements",
    "kinoteka.core.catalogue.queries:_name_statements",
    "kinoteka.core.catalogue.queries:ids_as_json",
    "kinoteka.core.film_editing.queries:_name_statements",
    "kinoteka.core.film_merging.queries:_move",
    "kinoteka.core.film_merging.queries:_reference_statements",
    "kinoteka.core.film_merging.queries:restore_row",
    "kinoteka.core.film_posters.queries:_delete_some",
    "kinoteka.core.film_splitting.queries:_move_part",
    "kinoteka.core.genre_editing.queries:_count",
    "kinoteka.core.genre_editing.queries:_move",
    "kinoteka.core.library.queries:editable_order",
}
"""Functions whose statements are values of modules, or have nothing to do with films."""


def normalized(sql: str) -> str:
    """Return SQL whose parameters and white space are the same on both engines."""
    return " ".join(re.sub(r"(?<!:):\w+|\$\d+", "$", sql).split())


@cache
def definitions(engine: str) -> tuple[str, ...]:
    """Return what SQL on films must contain on an engine, one of these."""
    return (_text(VISIBLE, engine), normalized(SEARCHES[engine].visible))


@cache
def definitions_of_counts(engine: str) -> tuple[str, ...]:
    """Return what SQL on counts of films must contain on an engine, one of these."""
    columns = (genre_counts.c.label_id, director_counts.c.label_id)
    return tuple(_text(is_visible_count(column), engine) for column in columns)


def _text(clause: ColumnElement[bool], engine: str) -> str:
    return normalized(str(clause.compile(dialect=DIALECTS[engine])))


def shows_too_much(sql: Sql) -> bool:
    """Return whether SQL reads films, or counts of films, without the definition."""
    if isinstance(sql, Statement):
        texts = [(engine, sql.compiled(engine).sql) for engine in DIALECTS]
        return any(_lacks_definition(text, engine) for engine, text in texts if _returns_rows(text))
    return _is_query(sql) and all(_lacks_definition(sql, engine) for engine in DIALECTS)


def _lacks_definition(sql: str, engine: str) -> bool:
    text = normalized(sql)
    if _mentions(FILMS, text):
        return not any(each in text for each in definitions(engine))
    return _mentions(COUNTS, text) and not any(
        each in text for each in definitions_of_counts(engine)
    )


def _mentions(tables: tuple[str, ...], text: str) -> bool:
    without_names = re.sub(r"\bAS \w+", "", text)
    return re.search(rf"(?<![\w.$])(?:main\.)?(?:{'|'.join(tables)})\b", without_names) is not None


def _returns_rows(sql: str) -> bool:
    return sql.startswith(("SELECT", "WITH")) or " RETURNING " in sql


def _is_query(text: str) -> bool:
    """Return whether a text is SQL on these tables: of many texts, few are."""
    tables = "|".join(FILMS + COUNTS)
    return re.search(rf"\b(?:FROM|JOIN|USING)\s+(?:main\.)?(?:{tables})\b", text) is not None


def all_sql() -> Iterator[tuple[str, Sql]]:
    definition = {text for _, text in defined_in("kinoteka.database.visibility")}
    for module in module_names():
        for name, sql in (*defined_in(module), *texts_in_functions(module)):
            if sql not in definition:
                yield name, sql
    for name, statements in BUILT.items():
        for statement in statements:
            yield name, statement


@pytest.fixture(scope="module")
def showing_too_much() -> set[str]:
    return {name for name, sql in all_sql() if shows_too_much(sql)}


def test_everything_that_reads_films_uses_the_definition(showing_too_much: set[str]) -> None:
    others = [
        name
        for name in sorted(showing_too_much)
        if not any(fnmatchcase(name, pattern) for pattern in EXEMPT)
    ]
    assert others == [], "use VISIBLE of database/visibility.py, or list it with a reason"


def test_every_exemption_is_needed(showing_too_much: set[str]) -> None:
    unneeded = [
        pattern
        for pattern in EXEMPT
        if not any(fnmatchcase(name, pattern) for name in showing_too_much)
    ]
    assert unneeded == []


def test_every_function_that_builds_statements_on_films_is_known() -> None:
    tables = {name for name in FILMS + COUNTS if name.isidentifier()}
    found = {
        name
        for module in module_names()
        if tables & vars(import_module(module)).keys()
        for name in statement_builders(module)
    }
    assert found == BUILDERS | set(BUILT)


NEW_QUERIES = {
    "films": select(films.c.title).order_by(films.c.votes.desc()),
    "a number of films": select(func.count()).select_from(films),
    "films of a genre": select(film_genres.c.film_id).where(film_genres.c.genre_id == 1),
    "films that only lack a label": select(films.c.id).where(films.c.label_id.is_(None)),
    "counts": select(func.sum(genre_counts.c.films)),
    "films by hand": "SELECT title FROM films WHERE year = ?",
    "a search by hand": "SELECT rowid FROM search_titles WHERE search_titles MATCH ?",
}


@pytest.mark.parametrize("query", NEW_QUERIES.values(), ids=NEW_QUERIES)
def test_new_kind_of_query_without_the_definition_is_found(query: Any) -> None:
    assert shows_too_much(query if isinstance(query, str) else Statement(query))


def test_new_kind_of_query_with_the_definition_passes() -> None:
    visible = select(films.c.title).where(VISIBLE).order_by(films.c.votes.desc())
    counted = select(func.sum(genre_counts.c.films)).where(
        is_visible_count(genre_counts.c.label_id)
    )
    assert not shows_too_much(Statement(visible))
    assert not shows_too_much(Statement(counted))
    for search in SEARCHES.values():
        assert not shows_too_much(f"SELECT rowid FROM search_titles WHERE {search.visible}")
