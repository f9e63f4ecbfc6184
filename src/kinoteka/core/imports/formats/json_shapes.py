"""Objects of well-known services as rows: TMDB, OMDb, Trakt, and answers of Wikidata's SPARQL.

Public operations: row_of.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from kinoteka.core.imports.formats import texts, tmdb_objects
from kinoteka.core.imports.formats.film_rows import NO_LISTS, Lists
from kinoteka.core.imports.formats.identifiers import id_of, unique_ids
from kinoteka.core.imports.formats.values import TITLE_LIMIT
from kinoteka.core.imports.record import Credit

Object = dict[str, Any]


class JsonRow(msgspec.Struct, frozen=True):
    """A row with column names that the mapping knows. `skipped` says why it is not imported."""

    columns: Object
    lists: Lists = NO_LISTS
    skipped: str | None = None


def row_of(found: Object, *, adult: bool = False) -> JsonRow:
    """Return an object as a row. Objects of unknown origin are returned as they are."""
    if _is_trakt(found):
        return _trakt(found)
    if tmdb_objects.is_film(found):
        if found.get("adult") is True and not adult:
            return JsonRow(found, skipped="adult")
        return JsonRow(tmdb_objects.columns(found), tmdb_objects.lists(found))
    if "imdbVotes" in found and isinstance(found["imdbVotes"], str):
        return JsonRow({**found, "imdbVotes": found["imdbVotes"].replace(",", "")})
    return JsonRow(found)


def is_binding(found: Object) -> bool:
    """Return whether an object is a row of a SPARQL answer (application/sparql-results+json)."""
    return bool(found) and all(
        isinstance(value, dict) and "type" in value and "value" in value for value in found.values()
    )


def merged_bindings(rows: list[Object]) -> JsonRow:
    """Return the rows of one film as one row: names that differ become lists.

    Wikidata repeats a film for each combination of its directors, genres and countries.
    """
    entity = entity_of(rows[0])
    columns: Object = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        label = f"{name}Label"
        if name == entity or any(label in row for row in rows):
            continue
        found = list(dict.fromkeys(row[name]["value"] for row in rows if name in row))
        is_title = entity is not None and name == f"{entity}Label"
        key = "title" if is_title else name.removesuffix("Label")
        columns[key] = found[0] if is_title or len(found) == 1 else found
    wikidata = id_of("wikidata", rows[0][entity]["value"]) if entity else None
    if wikidata:
        columns["id"] = wikidata
    lists = Lists(
        ids=unique_ids([("wikidata", wikidata)]),
        titles=tuple(dict.fromkeys(_titles(rows, entity))),
        credits=tuple(dict.fromkeys(_directors(rows))),
    )
    return JsonRow(columns, lists)


def entity_of(binding: Object) -> str | None:
    """Return the variable with the film: the first one that is an entity."""
    for name, value in binding.items():
        if value.get("type") == "uri" and id_of("wikidata", value["value"]):
            return name
    return None


def _titles(rows: list[Object], entity: str | None) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        label = row.get(f"{entity}Label") if entity else None
        if label and label.get("xml:lang"):
            title = texts.text_of(label["value"], "titles", TITLE_LIMIT)
            yield label["xml:lang"].lower()[:3], "translation", title


def _directors(rows: list[Object]) -> Iterator[Credit]:
    for row in rows:
        name, person = row.get("directorLabel"), row.get("director")
        identifier = id_of("wikidata", person["value"]) if person else None
        if name and identifier:
            cleaned = texts.text_of(name["value"], "directors", texts.NAME_LIMIT)
            yield Credit("directing", cleaned, ids=(("wikidata", identifier),))


def _is_trakt(found: Object) -> bool:
    inner = found.get("movie") or found.get("show")
    return isinstance(inner, dict) and isinstance(inner.get("ids"), dict)


def _trakt(found: Object) -> JsonRow:
    """The rating beside a film is that of a member; the film's own is inside it."""
    film = found.get("movie")
    if not isinstance(film, dict):
        kind = str(found.get("type", "show"))
        return JsonRow({"title": found["show"].get("title"), "kind": kind})
    ids: Mapping[str, object] = film["ids"]
    genres = film.get("genres")
    columns = {
        **film,
        "id": ids.get("slug") or ids.get("trakt"),
        "genres": [str(name).replace("-", " ").title() for name in genres or ()],
    }
    known = [(kind, id_of(kind, ids.get(kind))) for kind in ("imdb", "tmdb")]
    return JsonRow(columns, Lists(ids=unique_ids(known)))
