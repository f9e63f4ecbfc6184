"""A route as an OpenAPI operation: parameters, body, responses and errors.

The error responses are real ones: each error code that a route may raise is rendered by its
contract, so the document shows the bodies that clients get.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.numbers import LARGEST
from kinoteka.http.mechanics.openapi_schemas import Schemas
from kinoteka.http.mechanics.response import SAFE, Response
from kinoteka.http.mechanics.routes import Contract, Route

Json = dict[str, Any]

BINARY: Json = {"type": "string", "format": "binary"}

# What stands for an error's parameters in the examples.
SAMPLE: dict[str, object] = {
    "reason": "missing",
    "limit": 262144,
    "permission": "roles.manage",
    "name": "user",
    "allow": "GET, HEAD, OPTIONS",
    "allowed": "JPEG",
}
WAITING = (Code.THROTTLED, Code.BUSY)
UNDOCUMENTED_HEADERS = {name for name, _ in SAFE} | {
    b"content-type",
    b"content-length",
    b"cache-control",
}
HEADER_TEXTS = {
    "retry-after": "Seconds until it is worth trying again.",
    "www-authenticate": "The scheme that is wanted.",
    "x-total-count": "How many there are on all pages.",
    "link": "The neighbouring pages (RFC 8288).",
    "etag": "What to send as If-None-Match next time.",
}


RenderError = Callable[[Contract, DomainError, Route], Response]


@dataclass(frozen=True, slots=True)
class Context:
    """What describing the routes of a contract needs.

    `fallback` is the contract that responds at unknown paths; `render` returns the response of a
    contract to an error.
    """

    contract: Contract
    fallback: Contract
    schemas: Schemas
    render: RenderError


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    """An operation with its path. `shape` is the path without the names of its parameters."""

    path: str
    shape: str
    method: str
    operation: Json


def describe(context: Context, route: Route) -> DescribedOperation:
    """Return a route as an operation."""
    path = route.path_format
    contract, schemas = context.contract, context.schemas
    operation: Json = {
        "operationId": f"{contract.name}_{getattr(route.handler, '__name__', route.path)}",
        "tags": [contract.name],
        "summary": route.summary,
        "description": _description(route),
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas), *_csrf(route)],
        "responses": _responses(context, route),
        "security": _security(route),
    }
    body = _body(route, schemas)
    if body is not None:
        operation["requestBody"] = body
    return DescribedOperation(path, _shape(path), route.method.lower(), operation)


def implied_errors(route: Route) -> list[Code]:
    """Return the error codes that a route implies, beyond those that its handler raises."""
    implied = [
        (route.body is not None, (Code.BODY_MALFORMED, Code.BODY_TOO_LARGE, Code.FIELD_INVALID)),
        (route.body is not None or route.upload is not None, (Code.BODY_COMPRESSED,)),
        (route.query is not None, (Code.FIELD_INVALID,)),
        (route.upload is not None, (Code.UPLOAD_MISSING, Code.UPLOAD_TOO_LARGE)),
        (route.signed_in or route.permission is not None, (Code.UNAUTHORIZED,)),
        (route.permission is not None, (Code.FORBIDDEN,)),
        (route.csrf, (Code.CSRF_MISSING, Code.CSRF_WRONG)),
        (route.is_unsafe, (Code.CROSS_ORIGIN, Code.DISK_FULL)),
        (route.ends_session, (Code.PREFETCHED, Code.DISK_FULL)),
        (True, (Code.BUSY, Code.INTERNAL)),
    ]
    return [code for applies, codes in implied if applies for code in codes]


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.rstrip("/").split("/"))


def _description(route: Route) -> str:
    needs = f"Needs the permission `{route.permission}`." if route.permission else ""
    return " ".join(filter(None, (route.description, needs)))


def _path_parameters(route: Route) -> Iterable[Json]:
    for part in route.path.split("/"):
        if not part.startswith("{"):
            continue
        name, _, kind = part[1:-1].partition(":")
        schema: Json = {"type": "integer", "format": "int64", "minimum": 0, "maximum": LARGEST}
        if kind == "text":
            schema = {"type": "string", "pattern": "^[^/]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(route: Route, schemas: Schemas) -> Iterable[Json]:
    if route.query is None:
        return
    query = schemas.query(route.query)
    for name, schema in query["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in query["required"],
            "schema": _without_null(schema),
        }


def _without_null(schema: Json) -> Json:
    """Return the schema without null: a parameter of a query is present or absent."""
    kept = {name: value for name, value in schema.items() if name != "default" or value is not None}
    choices = [choice for choice in kept.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept


def _csrf(route: Route) -> Iterable[Json]:
    if route.csrf:
        yield {
            "name": "csrf-token",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "Needed with the cookie; not with an access token.",
        }


def _body(route: Route, schemas: Schemas) -> Json | None:
    if route.upload is not None:
        name = route.upload.field
        schema: Json = {"type": "object", "properties": {name: BINARY}, "required": [name]}
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if route.body is None:
        return None
    content: Json = {"schema": schemas.of(route.body)}
    if route.example is not None:
        content["example"] = msgspec.to_builtins(route.example)
    return {"required": route.body_required, "content": {"application/json": content}}


def _security(route: Route) -> list[Json]:
    either: list[Json] = [{"cookie": []}, {"bearer": []}]
    if route.signed_in or route.permission is not None:
        return either
    reads_credentials = route.identity == "read" and not route.begins_session
    return [{}, *either] if reads_credentials else []


def _responses(context: Context, route: Route) -> Json:
    contract = context.contract
    responses: Json = {str(route.status): _success(route, context.schemas)}
    if route.cached is not None or "etag" in route.headers:
        responses["304"] = {"description": "Nothing has changed since (If-None-Match)."}
    error_responses = [
        (contract, code) for code in dict.fromkeys((*implied_errors(route), *route.errors))
    ]
    if "{" in route.path:  # no contract serves the path if the segment is not an id
        error_responses.append((context.fallback, Code.PATH_UNKNOWN))
    if _is_beside_text(contract, route):
        error_responses.append((contract, Code.METHOD_NOT_ALLOWED))
    by_status: dict[str, list[tuple[Contract, Code]]] = {}
    for whose, code in error_responses:
        status = str(_example(context, whose, code, route).status)
        by_status.setdefault(status, []).append((whose, code))
    for status, codes in sorted(by_status.items()):
        responses[status] = _error_response(context, route, codes)
    return responses


def _example(context: Context, contract: Contract, code: Code, route: Route) -> Response:
    return context.render(contract, DomainError(code, **_sample(route, code)), route)


def _is_beside_text(contract: Contract, route: Route) -> bool:
    """Return whether an invalid id matches another route, which may lack this method."""
    methods = {
        other.method
        for other in contract.routes
        if ":text}" in other.path and _shape(other.path) == _shape(route.path)
    }
    return bool(methods) and route.method not in methods


def _success(route: Route, schemas: Schemas) -> Json:
    response: Json = {"description": route.summary}
    headers = {name.lower(): text for name, text in route.headers.items()}
    if route.cached is not None:
        headers.setdefault("etag", "")
    if headers:
        response["headers"] = {name: _header(name, text) for name, text in headers.items()}
    if route.response is not None or route.media_type != "application/json":
        schema = schemas.of(route.response) if route.response is not None else dict(BINARY)
        content: Json = {"schema": schema}
        if route.body is None and route.example is not None:
            content["example"] = msgspec.to_builtins(route.example)
        response["content"] = dict.fromkeys(route.media_type.split(", "), content)
    return response


def _error_response(context: Context, route: Route, codes: list[tuple[Contract, Code]]) -> Json:
    examples: Json = {}
    distinct: list[Json] = []
    headers: Json = {}
    for contract, code in codes:
        example = _example(context, contract, code, route)
        for header, _ in example.headers:
            if header not in UNDOCUMENTED_HEADERS:
                name = header.decode()
                headers[name] = _header(name, "")
        if example.body:
            examples[code.value] = {"value": msgspec.json.decode(example.body)}
            schema = context.schemas.of(contract.error_schema)
            distinct += [schema] if schema not in distinct else []
    response: Json = {"description": _reasons(code for _, code in codes)}
    if headers:
        response["headers"] = headers
    if distinct:
        schema = distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
        response["content"] = {"application/json": {"schema": schema, "examples": examples}}
    return response


def _sample(route: Route, code: Code) -> dict[str, Any]:
    field = route.upload.field if route.upload is not None else "body"
    for shape in (route.query, route.body):
        if shape is not None and (fields := msgspec.structs.fields(shape)):
            field = fields[0].encode_name
    sample = {**SAMPLE, "field": field, "permission": route.permission or SAMPLE["permission"]}
    return sample | ({"retry_after": 30} if code in WAITING else {})


def _reasons(codes: Iterable[Code]) -> str:
    return ", ".join(code.value.replace("_", " ") for code in codes).capitalize()


def _header(name: str, text: str) -> Json:
    described = text or HEADER_TEXTS.get(name, "")
    kind = "integer" if name in ("retry-after", "x-total-count") else "string"
    header: Json = {"schema": {"type": kind}}
    return {"description": described, **header} if described else header
