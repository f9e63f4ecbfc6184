"""The table of films, selections and imports for operators."""

from kinoteka.site.manage.catalogue_routes import ROUTES


def test_every_route_requires_a_permission() -> None:
    for route in ROUTES:
        assert route.path.startswith("/manage/")
        assert route.permission is not None or route.signed_in
        if route.method == "POST":
            assert route.permission is not None, route.path


def test_every_form_url_has_a_page() -> None:
    pages = {route.path for route in ROUTES if route.method == "GET"}
    forms = {route.path for route in ROUTES if route.method == "POST"}
    assert forms - pages == {"/manage/selections/{id}"}
