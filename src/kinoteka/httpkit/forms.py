"""Reading what browsers send of forms and addresses into Structs.

A blank field is as good as absent unless it is a text, for browsers send every field; a list takes
every value of its name.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.bodies import invalid, read_body
from kinoteka.httpkit.call import Call

URLENCODED = "application/x-www-form-urlencoded"
FIELDS_MOST = 1000

Pairs = Sequence[tuple[str, str]]


async def read_form(call: Call, shape: Any) -> Any:
    """The body of a form as `shape`.

    Raises:
        DomainError(BODY_MALFORMED): of another type, not UTF-8, or of far too many fields.
        DomainError(BODY_TOO_LARGE, FIELD_INVALID)
    """
    body = await read_body(call, call.settings.json_limit_kilobytes * 1024)
    media_type = (call.header(b"content-type") or "").partition(";")[0].strip().lower()
    if body and media_type != URLENCODED:
        raise DomainError(Code.BODY_MALFORMED)
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=FIELDS_MOST,
        )
    except ValueError:
        raise DomainError(Code.BODY_MALFORMED) from None
    return from_pairs(pairs, shape)


def read_page_query(call: Call, shape: Any) -> Any:
    """The query of a page as `shape`.

    Raises:
        DomainError(FIELD_INVALID)
    """
    return from_pairs(call.query_pairs(), shape)


def from_pairs(pairs: Pairs, shape: Any) -> Any:
    """Names and values as `shape`; names that it does not have are passed over.

    Raises:
        DomainError(FIELD_INVALID)
    """
    kinds = _kinds(shape)
    values: dict[str, Any] = {}
    for name, value in pairs:
        kind = kinds.get(name)
        if kind == "list":
            values.setdefault(name, []).append(value)
        elif kind == "text" or (kind is not None and value.strip()):
            values[name] = value
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


@cache
def _kinds(shape: Any) -> dict[str, str]:
    return {field.encode_name: _kind(field.type) for field in msgspec.structs.fields(shape)}


def _kind(annotation: Any) -> str:
    plain = _without_notes(annotation)
    if get_origin(plain) in (list, tuple):
        return "list"
    choices = {_without_notes(choice) for choice in (get_args(plain) or (plain,))}
    return "text" if str in choices else "other"


def _without_notes(annotation: Any) -> Any:
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
