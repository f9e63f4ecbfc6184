"""What a path and method lead to: a route, or several that are told apart by the request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import Raw

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics import bodies
from kinoteka.http.mechanics.response import Receive
from kinoteka.http.mechanics.routes import Contract, Route


@dataclass(frozen=True, slots=True)
class Served:
    """A route and the contract in whose dialect it answers."""

    contract: Contract
    route: Route


@dataclass(frozen=True, slots=True)
class Shared:
    """Two contracts' routes at one path and method, told apart by a key of the JSON body.

    Both keys, or neither, is refused in the words of `otherwise`.
    """

    by_key: Mapping[str, Served]
    otherwise: Served

    def choose(self, body: bytes) -> Served:
        """The route whose key the body has.

        Raises:
            DomainError(BODY_MALFORMED, FIELD_INVALID)
        """
        keys = bodies.decode_json(body, dict[str, Raw])
        given = [name for name in self.by_key if name in keys]
        if len(given) != 1:
            raise DomainError(
                Code.FIELD_INVALID,
                field=" or ".join(self.by_key),
                reason="exactly one of them is needed",
            )
        return self.by_key[given[0]]


@dataclass(frozen=True, slots=True)
class Negotiated:
    """A page of the site and a contract's route at one path, told apart by what is preferred.

    Without a `page` the site has none there. Where `takes_segment` is set, `other` gets the last
    segment of the path as text, whatever the page takes it for. Where `takes_no_id` is set, the
    segment is not an id, and `other` gets one that does not exist.
    """

    page: Served | None
    other: Served
    takes_segment: bool = False
    takes_no_id: bool = False


Target: TypeAlias = Served | Shared | Negotiated


def first_served(targets: Mapping[str, Target]) -> Served:
    """The route in whose dialect a method is refused that none of them has."""
    first = next(iter(targets.values()))
    if isinstance(first, Shared):
        return first.otherwise
    return first.other if isinstance(first, Negotiated) else first


def replay(body: bytes) -> Receive:
    """A receive channel that gives a body again that has been read already."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
