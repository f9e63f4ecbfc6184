"""Endpoints: what the router finds for a path and method.

Several endpoints may share a path and method. The request then decides which one serves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import Raw

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics import bodies
from kinoteka.http.mechanics.metrics import TRAFFIC, EndpointMetrics
from kinoteka.http.mechanics.response import Receive
from kinoteka.http.mechanics.routes import Contract, Route


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route of a contract, and its metrics."""

    contract: Contract
    route: Route
    metrics: EndpointMetrics = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        metrics = TRAFFIC.endpoint(self.contract.name, self.route.path)
        object.__setattr__(self, "metrics", metrics)


@dataclass(frozen=True, slots=True)
class EndpointsByKey:
    """Endpoints of several contracts that a key of the JSON body tells apart.

    `default` responds to a body that has none of the keys, or several.
    """

    by_key: Mapping[str, Endpoint]
    default: Endpoint

    def choose(self, body: bytes) -> Endpoint:
        """Return the endpoint whose key the body has.

        Raises:
            DomainError(BODY_MALFORMED, FIELD_INVALID)
        """
        keys = bodies.decode_json(body, dict[str, Raw])
        found = [name for name in self.by_key if name in keys]
        if len(found) != 1:
            raise DomainError(
                Code.FIELD_INVALID,
                field=" or ".join(self.by_key),
                reason="exactly one of them is needed",
            )
        return self.by_key[found[0]]


@dataclass(frozen=True, slots=True)
class NegotiatedEndpoints:
    """A page of the site and an endpoint of a contract that the Accept header tells apart.

    `page` is None if the site has no page there. If `api_takes_segment` is set, the contract's
    endpoint gets the last segment of the path as text, whatever the page takes it for. If
    `api_gets_no_id` is set, the segment is not an id, and the contract's endpoint gets an id that
    does not exist.
    """

    page: Endpoint | None
    api: Endpoint
    api_takes_segment: bool = False
    api_gets_no_id: bool = False


Target: TypeAlias = Endpoint | EndpointsByKey | NegotiatedEndpoints
"""What the router finds for a path and method."""


def default_endpoint(targets: Mapping[str, Target]) -> Endpoint:
    """Return the endpoint whose contract responds to methods that the path does not have."""
    first = next(iter(targets.values()))
    if isinstance(first, EndpointsByKey):
        return first.default
    return first.api if isinstance(first, NegotiatedEndpoints) else first


def replay(body: bytes) -> Receive:
    """Return a receive channel that gives a body that has already been read."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
