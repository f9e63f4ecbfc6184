"""The site's table of routes."""

from kinoteka.server.app import CONTRACTS, NEUTRAL
from kinoteka.site.contract import SITE

SHARED = {"/genres/{id}", "/directors/{id}", "/selections", "/selections/{id}"}


def test_site_shares_only_four_paths_with_contracts():
    taken = {
        (route.method, route.path.rstrip("/"))
        for contract in (*CONTRACTS, NEUTRAL)
        for route in contract.routes
    }
    shared = {(route.method, route.path.rstrip("/")) for route in SITE.routes} & taken
    assert shared <= {("GET", path) for path in SHARED}


def test_every_route_is_for_browsers():
    assert all(route.for_browsers for route in SITE.routes)


def test_every_change_is_a_form():
    assert {route.method for route in SITE.routes} <= {"GET", "POST", "WEBSOCKET"}
