"""Read forms and the queries of pages into Structs.

Browsers send every field, so a blank field counts as absent unless it is a text. A list takes all
values of its name.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec

from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.bodies import (
    BYTE_ORDER_MARK,
    decode_json,
    invalid,
    read_body,
    read_json,
)
from kinoteka.http.mechanics.request import Request

URLENCODED = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000

Pairs = Sequence[tuple[str, str]]


async def read_form(request: Request, schema: Any, limit: int) -> Any:
    """Return the body of a form, of at most `limit` bytes, as `schema`.

    Raises:
        DomainError(BODY_MALFORMED): another content type, not UTF-8, or too many fields.
        DomainError(BODY_TOO_LARGE, FIELD_INVALID)
    """
    body = await read_body(request, limit)
    if body and not is_form(request):
        raise DomainError(Code.BODY_MALFORMED)
    return from_pairs(_parse(body), schema)


async def read_json_or_form(
    request: Request, schema: Any, limit: int, *, required: bool = True
) -> Any:
    """Return the body of at most `limit` bytes, JSON or a form, as `schema`.

    Return None for an empty body if it is not `required`.

    Some clients send JSON with the content type of forms. No form begins with a brace.

    Raises:
        DomainError(BODY_MALFORMED, BODY_TOO_LARGE)
        DomainError(FIELD_INVALID): also a repeated key.
    """
    if not is_form(request):
        return await read_json(request, schema, limit, required=required)
    body = await read_body(request, limit)
    if body.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"{"):
        return decode_json(body, schema)
    return from_flat(_parse(body), schema) if body or required else None


def is_form(request: Request) -> bool:
    """Return whether the body has the content type of forms."""
    declared = request.headers.get(b"content-type", b"")
    return declared.partition(b";")[0].strip().lower() == URLENCODED.encode()


def from_flat(pairs: Pairs, schema: Any) -> Any:
    """Return a form as the JSON object that it stands for, as `schema`.

    Raises:
        DomainError(FIELD_INVALID): also a repeated key.
    """
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise field_invalid(name, "is given more than once")
        values[name] = value
    try:
        return msgspec.convert(values, schema, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def _parse(body: bytes) -> Pairs:
    try:
        return parse_qsl(
            body.removeprefix(BYTE_ORDER_MARK).decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise DomainError(Code.BODY_MALFORMED) from None


def read_page_query(request: Request, schema: Any) -> Any:
    """Return the query of a page as `schema`.

    Raises:
        DomainError(FIELD_INVALID)
    """
    return from_pairs(request.query_pairs(), schema)


def from_pairs(pairs: Pairs, schema: Any) -> Any:
    """Return names and values as `schema`. Unknown names are ignored.

    Raises:
        DomainError(FIELD_INVALID)
    """
    kinds = _kinds(schema)
    values: dict[str, Any] = {}
    for name, value in pairs:
        kind = kinds.get(name)
        if kind == "list":
            values.setdefault(name, []).append(value)
        elif kind == "text" or (kind is not None and value.strip()):
            values[name] = value
    try:
        return msgspec.convert(values, schema, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


@cache
def _kinds(schema: Any) -> dict[str, str]:
    return {field.encode_name: _kind(field.type) for field in msgspec.structs.fields(schema)}


def _kind(annotation: Any) -> str:
    plain = _without_notes(annotation)
    if get_origin(plain) in (list, tuple):
        return "list"
    choices = {_without_notes(choice) for choice in (get_args(plain) or (plain,))}
    return "text" if str in choices else "other"


def _without_notes(annotation: Any) -> Any:
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
