"""The table of films, selections and imports for operators."""

from kinoteka.site.manage.catalogue_routes import ROUTES


def test_everything_is_asked_for_who_may() -> None:
    for route in ROUTES:
        assert route.path.startswith("/manage/")
        assert route.permission is not None or route.signed_in
        if route.method == "POST":
            assert route.permission is not None, route.path


def test_no_address_of_a_form_leads_nowhere() -> None:
    pages = {route.path for route in ROUTES if route.method == "GET"}
    forms = {route.path for route in ROUTES if route.method == "POST"}
    assert forms - pages == {"/manage/selections/{id}"}
