"""Films are read from arrays under a key and from single objects."""

import json

import pytest

from kinoteka.core.imports.formats import json_documents
from kinoteka.core.imports.formats.files import InputFile
from kinoteka.core.imports.formats.json_documents import array_path, elements_at, single_object
from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import RejectedRow

FILMS = [{"title": "Alien", "ids": [{"a": 1}]}, {"title": "Heat", "rating": 8.5}]


@pytest.fixture
def rows(tmp_path):
    def of(read, content):
        path = tmp_path / "films.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = list(read(InputFile(path, Progress())))
        return [
            (row.line, row.reason.value) if isinstance(row, RejectedRow) else row for row in found
        ]

    return of


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"page": 1, "results": FILMS}, "results"),
        ({"items": FILMS}, "items"),
        ({"head": {"vars": ["film"]}, "results": {"bindings": FILMS}}, "results.bindings"),
        ({"Search": FILMS, "totalResults": "2"}, "Search"),
        ({"mine": {"deep": FILMS}}, "mine.deep"),
        ({"title": "Alien", "genres": [{"name": "Horror"}]}, None),
        ({"year": 1979}, None),
    ],
)
def test_array_with_films_is_found(document, path):
    assert array_path(json.dumps(document).encode()) == path


def test_array_is_found_in_the_beginning_of_a_document():
    assert array_path(b'{"page": 1, "results": [{"title": "Al') == "results"


def test_array_is_not_looked_for_in_a_document_nested_too_deeply():
    assert array_path(b'{"results": ' + b"[" * 20_000) is None


@pytest.mark.parametrize(("indent", "last_line"), [(None, 1), (1, 14)])
def test_elements_of_an_array_are_read(rows, indent, last_line):
    content = json.dumps({"results": FILMS}, indent=indent)
    found = rows(lambda file: elements_at(file, "results"), content)
    assert [each for _, each in found] == FILMS
    assert found[-1][0] == last_line


def test_broken_element_ends_the_file(rows):
    content = '{"results": [{"title": "Alien"},\n{"title": oops},\n{"title": "Heat"}]}'
    found = rows(lambda file: elements_at(file, "results"), content)
    assert found == [(1, {"title": "Alien"}), (2, "json_invalid")]


def test_truncated_document_is_reported(rows):
    found = rows(lambda file: elements_at(file, "results"), '{"results": [{"title": "Alien"},')
    assert found == [(1, {"title": "Alien"}), (1, "json_invalid")]


def test_element_that_is_no_object_is_rejected(rows):
    found = rows(lambda file: elements_at(file, "results"), '{"results": [7]}')
    assert found == [(1, "not_an_object")]


def test_element_over_the_limit_ends_the_file(rows, monkeypatch):
    monkeypatch.setattr(json_documents, "ELEMENT_LIMIT", 10)
    content = '{"results": [\n{"title": "Alien",\n"year": 1979}]}'
    assert rows(lambda file: elements_at(file, "results"), content) == [(1, "too_long")]
    assert rows(single_object, '{"title": "Alien"}') == [(1, "too_long")]


def test_single_object_is_read(rows):
    assert rows(single_object, '{\n"title": "Alien"}') == [(1, {"title": "Alien"})]
    assert rows(single_object, '{"title": ') == [(1, "json_invalid")]
    assert rows(single_object, "[1]") == [(1, "not_an_object")]
