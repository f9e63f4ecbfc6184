"""The route table of films."""

from kinoteka.site.films.routes import ROUTES


def test_film_pages_are_public() -> None:
    assert all(route.method == "GET" for route in ROUTES)
    assert not any(route.signed_in or route.permission for route in ROUTES)
    assert all(route.for_browsers for route in ROUTES)
