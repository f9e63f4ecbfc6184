"""The route table of films."""

from kinoteka.site.films.routes import ROUTES


def test_everybody_may_look() -> None:
    assert all(route.method == "GET" for route in ROUTES)
    assert not any(route.signed_in or route.permission for route in ROUTES)
    assert all(route.for_browsers for route in ROUTES)
