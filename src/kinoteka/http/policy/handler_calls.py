"""Calls of handlers: a route's arguments are read from the request, its result is encoded."""

from kinoteka.http.mechanics import bodies, forms
from kinoteka.http.mechanics.body_memory import BODY_MEMORY
from kinoteka.http.mechanics.response import Response, schema_response
from kinoteka.http.mechanics.router import Values
from kinoteka.http.policy.request import Request
from kinoteka.http.policy.uploads import receive_upload


async def call_handler(request: Request, values: Values) -> Response:
    """Read the arguments that the route declares, call its handler and return its response."""
    route = request.route
    try:
        if route.has_input:
            result = await _call_with_input(request, values)
        else:
            result = await route.handler(request, *values)
    finally:
        if request.held_bytes:
            BODY_MEMORY.release(request)
    response = result if isinstance(result, Response) else schema_response(route.status, result)
    if request.added_headers:
        response.headers = [*response.headers, *request.added_headers]
    return response


async def _call_with_input(request: Request, values: Values) -> object:
    """Call the handler with the query, body, form and file of the request, in this order."""
    route = request.route
    arguments: list[object] = list(values)
    if route.query is not None:
        read = forms.read_page_query if route.for_browsers else bodies.read_query
        arguments.append(read(request, route.query))
    if route.body is not None:
        read_body = forms.read_json_or_form if request.contract.takes_forms else bodies.read_json
        limit, required = request.json_limit, route.body_required
        arguments.append(await read_body(request, route.body, limit, required=required))
    if route.form is not None:
        arguments.append(await forms.read_form(request, route.form, request.json_limit))
    if route.upload is None:
        return await route.handler(request, *arguments)
    async with receive_upload(request, route.upload) as file:
        return await route.handler(request, *arguments, file)
