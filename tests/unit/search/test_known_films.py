"""Queries of people who remember a film find it among two thousand well-known ones."""

from kinoteka.database.film_search import find, index
from tests.support.known_entries import known_entries, measure


def test_known_films_come_first(reader):
    index(reader, known_entries())
    relevance = measure(lambda query: find(reader, query, None))
    assert relevance.first >= 0.95, relevance.misses
    assert relevance.first_five >= 0.99, relevance.misses
