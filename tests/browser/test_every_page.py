"""What holds for each page of the site's route table."""

import pytest

from kinoteka.site.contract import SITE
from tests.support.site_pages import (
    EXAMPLES,
    FRAGMENTS,
    REDIRECTS,
    example_path,
    pages,
    viewers,
)

ROUTES = pages()


def test_every_route_has_an_example(world) -> None:
    """A page whose path has values has an address in `site_pages.EXAMPLES`."""
    for route in ROUTES:
        assert "{" not in example_path(route, world), route.path


def test_every_example_has_a_route() -> None:
    assert {*EXAMPLES, *FRAGMENTS, *REDIRECTS} <= {
        route.path for route in SITE.routes if route.method == "GET"
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_htmx_parts_are_no_whole_pages(world, route) -> None:
    """Scripts may ask for any page, or for the piece of it that changes."""
    client = {"member": world.anna, "operator": world.root}.get(viewers(route)[-1])
    headers = {"accept": "text/html", "hx-request": "true"}
    with world.server.client(**headers) as browser:
        browser.cookies = client.cookies if client else browser.cookies
        assert browser.get(example_path(route, world)).status_code == 200


@pytest.mark.parametrize("route", [r for r in ROUTES if r.signed_in], ids=lambda route: route.path)
async def test_anonymous_reader_is_redirected_to_sign_in(look, world, route) -> None:
    visitor = await look("visitor")
    page = await visitor.open(example_path(route, world))
    assert "/sign-in?next=" in page.url
