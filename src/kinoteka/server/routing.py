"""Routing: which endpoints share a path, and how a request chooses among them."""

from kinoteka.http.mechanics.endpoints import (
    Endpoint,
    NegotiatedEndpoints,
    Target,
    default_endpoint,
)
from kinoteka.http.mechanics.router import Router
from kinoteka.http.mechanics.routes import Contract


def add_contract(
    router: Router[Target],
    sockets: Router[Endpoint],
    contract: Contract,
    *,
    except_for: tuple[str, str] | None = None,
) -> None:
    """Add the routes of a contract, WebSockets to `sockets`, all others to `router`.

    The route with the method and path `except_for` is left out.
    """
    for route in contract.routes:
        endpoint = Endpoint(contract, route)
        if route.method == "WEBSOCKET":
            sockets.add("GET", route.path, endpoint)
        elif (route.method, route.path) != except_for:
            router.add(route.method, route.path, endpoint)
        if route.takes_any_id:
            router.take_any_id(route.path)


def add_pages(router: Router[Target], sockets: Router[Endpoint], site: Contract) -> None:
    """Add the pages of the site.

    Where a contract has a route at the same path, clients that do not prefer HTML get that one.
    """
    for route in site.routes:
        page = Endpoint(site, route)
        if route.method == "WEBSOCKET":
            sockets.add("GET", route.path, page)
            continue
        same_path = router.at(route.method, route.path)
        text_route = router.text_beside(route.method, route.path)
        id_route = _for_api(router.any_id_beside(route.method, route.path))
        if isinstance(same_path, Endpoint):
            router.replace(route.method, route.path, NegotiatedEndpoints(page, same_path))
        elif isinstance(id_route, Endpoint):
            negotiated = NegotiatedEndpoints(page, id_route, api_gets_no_id=True)
            router.add(route.method, route.path, negotiated)
        elif text_route is not None and _contract_of(text_route[1]) is not site:
            _add_page_beside_text(router, page, *text_route)
        else:
            router.add(route.method, route.path, page)


def _add_page_beside_text(
    router: Router[Target], page: Endpoint, path: str, target: Target
) -> None:
    """Add a page at a path whose last segment a contract's route at `path` takes as text."""
    api = _for_api(target)
    if not isinstance(api, Endpoint):
        raise TypeError(f"the body decides which endpoint serves {path}")
    negotiated = NegotiatedEndpoints(page, api, api_takes_segment=True)
    router.add(page.route.method, page.route.path, negotiated)
    router.replace(page.route.method, path, NegotiatedEndpoints(None, api))


def _contract_of(target: Target) -> Contract:
    return default_endpoint({"": target}).contract


def _for_api(target: Target | None) -> Target | None:
    """Return what serves clients that do not prefer HTML."""
    return target.api if isinstance(target, NegotiatedEndpoints) else target
