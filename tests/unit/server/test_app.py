"""The composition of routes."""

import pytest

from kinoteka.http.mechanics.endpoints import Endpoint, NegotiatedEndpoints
from kinoteka.server.app import compose
from kinoteka.site.contract import SITE


@pytest.mark.parametrize(
    ("path", "page", "other"),
    [
        ("/messages/5", "/messages/{chat_id}", "/messages/{text:text}"),
        ("/messages/new", "/messages/new", "/messages/{text:text}"),
        ("/messages/hello", None, "/messages/{text:text}"),
        ("/selections/5", "/selections/{id}", "/selections/{id}"),
    ],
)
def test_page_and_contract_share_a_path(path: str, page: str | None, other: str) -> None:
    router, _ = compose()
    found = router.find(path)
    assert found is not None
    target = found[0]["GET"]
    assert isinstance(target, NegotiatedEndpoints)
    assert (target.page and target.page.route.path, target.api.route.path) == (page, other)


def test_no_page_of_the_site_hides_another() -> None:
    router, _ = compose()
    for route in SITE.routes:
        target = router.at(route.method, route.path)
        if route.method != "WEBSOCKET":
            assert isinstance(target, NegotiatedEndpoints | Endpoint)
            served = target.page if isinstance(target, NegotiatedEndpoints) else target
            assert served == Endpoint(SITE, route)
