"""OpenAPI 3.1 documents, made from the route tables: one per contract, or one for several.

Paths that differ only in the names of their parameters are one path to OpenAPI, and contracts may
share a path by what is in the body; such operations are put together into one.
"""

from collections.abc import Sequence
from typing import Any

from kinoteka.http.mechanics.openapi_operations import (
    Context,
    DescribedOperation,
    RenderError,
    describe,
)
from kinoteka.http.mechanics.openapi_schemas import Schemas
from kinoteka.http.mechanics.routes import Contract, Route

Json = dict[str, Any]

SECURITY_SCHEMES: Json = {
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session_id",
        "description": "The session that signing in or up has begun.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token. A request with both uses this one.",
    },
}


def document(
    contracts: Sequence[Contract],
    fallback: Contract,
    render: RenderError,
    *,
    title: str,
    description: str,
    version: str,
) -> Json:
    """Return the document of these contracts.

    `fallback` is the contract that responds at unknown paths. `render` returns the response of a
    contract to an error; its responses are the examples. With several contracts, the name of each
    schema begins with the name of its contract.
    """
    paths: dict[str, Json] = {}
    schemas: Json = {}
    for contract in contracts:
        prefix = contract.name.capitalize() if len(contracts) > 1 else ""
        known = Schemas(contract, fallback, prefix)
        context = Context(contract, fallback, known, render)
        for route in contract.routes:
            if route.method != "WEBSOCKET":
                _add(paths, describe(context, route))
        schemas |= known.components
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "\n\n".join([description, *_sockets(contracts)]),
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": each.name, "description": each.description} for each in contracts],
        "paths": {path["path"]: path["operations"] for path in paths.values()},
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _add(paths: dict[str, Json], described: DescribedOperation) -> None:
    path = paths.setdefault(described.shape, {"path": described.path, "operations": {}})
    operations = path["operations"]
    renamed = _with_names_of(path["path"], described)
    known = operations.get(described.method)
    operations[described.method] = renamed if known is None else _merged(known, renamed)


def _with_names_of(path: str, described: DescribedOperation) -> Json:
    """The operation with its path's parameters named as in `path`, which has the same shape."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    operation = described.operation
    in_path = [p for p in operation.get("parameters", []) if p["in"] == "path"]
    for parameter, name in zip(in_path, names, strict=True):
        parameter["name"] = name
    return operation


def _merged(one: Json, other: Json) -> Json:
    """Merge two operations at one path and method: requests and responses of either."""
    merged: Json = {
        "operationId": f"{one['operationId']}_or_{other['operationId']}",
        "tags": list(dict.fromkeys(one["tags"] + other["tags"])),
        "summary": f"{one['summary']}; {other['summary']}",
        "description": "\n\n".join(filter(None, (one["description"], other["description"]))),
        "parameters": _merged_parameters(one["parameters"], other["parameters"]),
        "responses": {},
        "security": _unique(one["security"] + other["security"]),
    }
    if "requestBody" in one and "requestBody" in other:
        merged["requestBody"] = _merged_content(one["requestBody"], other["requestBody"], "oneOf")
    for status in sorted({*one["responses"], *other["responses"]}):
        first, second = one["responses"].get(status), other["responses"].get(status)
        merged["responses"][status] = (
            _merged_content(first, second, "anyOf") if first and second else first or second
        )
    return merged


def _merged_parameters(one: list[Json], other: list[Json]) -> list[Json]:
    merged = {(each["in"], each["name"]): each for each in one}
    for each in other:
        key = (each["in"], each["name"])
        known = merged.get(key)
        merged[key] = each if known is None else _either(known, each, "anyOf")
    return list(merged.values())


def _merged_content(one: Json, other: Json, how: str) -> Json:
    merged = {**other, **one}
    if one.get("description") != other.get("description"):
        described = (one.get("description"), other.get("description"))
        merged["description"] = "; ".join(filter(None, described))
    if "headers" in merged:
        merged["headers"] = {**one.get("headers", {}), **other.get("headers", {})}
    contents = one.get("content", {}), other.get("content", {})
    if any(contents):
        merged["content"] = {**contents[0], **contents[1]}
        for media_type in contents[0].keys() & contents[1].keys():
            both = (contents[0][media_type], contents[1][media_type])
            merged["content"][media_type] = _either(*both, how)
    return merged


def _either(one: Json, other: Json, how: str) -> Json:
    """Two things with a schema as one whose schema is either, and with both's examples."""
    merged = {**one, **other}
    if "examples" in merged:
        merged["examples"] = {**one.get("examples", {}), **other.get("examples", {})}
    if one["schema"] != other["schema"]:
        schemas = [*one["schema"].get(how, [one["schema"]]), other["schema"]]
        merged["schema"] = {how: _unique(schemas)}
    return merged


def _unique(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _sockets(contracts: Sequence[Contract]) -> list[str]:
    """Describe WebSockets in prose, because OpenAPI has no term for them."""
    lines = [
        f"- `{route.path}`: {_sentence(route)}"
        for contract in contracts
        for route in contract.routes
        if route.method == "WEBSOCKET"
    ]
    return ["WebSockets (not part of the operations below):", "\n".join(lines)] if lines else []


def _sentence(route: Route) -> str:
    shape = getattr(route.response, "__name__", "")
    sends = f" Sends JSON of the shape `{shape}`." if shape else ""
    return f"{route.summary}. {route.description}".strip() + sends
