"""Handlers of this contract: parse the request, call one service, shape the response."""

from msgspec import UNSET

from kinoteka.contracts.filmsite import schemas
from kinoteka.core.media.model import JPEG_ONLY
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.policy import sign_out as sign_out_policy
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.spooled_files import SpooledFile


async def sign_up(request: Request, body: schemas.SignUpBody) -> Response:
    """Create an account, start its session and set the cookie."""
    result = await request.core.sessions.sign_up(
        request.actor, request.unit, request.visit, schemas.new_account(body)
    )
    return json_response(200, schemas.EMPTY, [request.session_cookie(result)])


async def sign_in(request: Request, body: schemas.SignInBody) -> Response:
    """Start a session and set its cookie."""
    result = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.email, body.password
    )
    return json_response(200, schemas.EMPTY, [request.session_cookie(result)])


async def sign_out(request: Request, body: schemas.SignOutBody | None) -> Response:
    """End the session and remove its cookie."""
    refresh_token = body.refresh_token if body is not None else None
    return json_response(200, schemas.EMPTY, await sign_out_policy.sign_out(request, refresh_token))


async def change_avatar(request: Request, file: SpooledFile) -> schemas.Body[schemas.Nothing]:
    """Store the uploaded picture as the account's avatar."""
    await request.core.avatars.change_avatar(request.actor, request.unit, file, JPEG_ONLY)
    return schemas.EMPTY


async def update_avatar(request: Request, file: SpooledFile) -> schemas.Body[schemas.Nothing]:
    """Store an avatar that is uploaded to the path of existing front ends."""
    return await change_avatar(request, file)


async def issue_csrf_token(request: Request) -> schemas.Body[schemas.Csrf]:
    """Return a CSRF token for the session of the request."""
    token = request.core.csrf.issue(request.actor)
    return schemas.Body(schemas.Csrf(token, token))


async def read_profile(request: Request) -> schemas.Body[schemas.Profile]:
    """Return the account's own profile."""
    account = await request.core.accounts.get_own(request.actor, request.unit)
    return schemas.profile(account, request.avatar(account))


async def list_selections(
    request: Request, query: schemas.PublicQuery
) -> schemas.Body[schemas.MovieSelections]:
    """Return public selections."""
    page = await request.core.selections.list_public(
        request.actor,
        request.unit,
        query.offset,
        query.limit,
        featured=None if query.featured is UNSET else query.featured,
    )
    return schemas.public_selections(page.selections, request.poster)


async def list_own_selections(
    request: Request, query: schemas.SelectionsQuery
) -> schemas.Body[schemas.EditableSelections]:
    """Return the selections that the account may edit."""
    page = await request.core.selections.list_editable(
        request.actor, request.unit, query.offset, query.limit
    )
    return schemas.editable_selections(page, request.poster)


async def read_selection(request: Request, selection_id: int) -> Response:
    """Return a selection. Only its editors get one that is not public."""
    selection = await request.core.selections.get(request.actor, request.unit, selection_id)
    response = json_response(200, schemas.public_selection(selection, request.poster))
    response.personal = not selection.public
    return response


async def make_selection(
    request: Request, body: schemas.SelectionBody
) -> schemas.Body[schemas.OneEditableSelection]:
    """Create a selection."""
    new = schemas.new_selection(body)
    selection = await request.core.selections.create(request.actor, request.unit, new)
    return schemas.editable_selection(selection, request.poster)


async def change_selection(
    request: Request, selection_id: int, body: schemas.SelectionChangeBody
) -> schemas.Body[schemas.OneEditableSelection]:
    """Rename, describe, publish or feature a selection."""
    change = schemas.selection_change(body)
    selection = await request.core.selections.change(
        request.actor, request.unit, selection_id, change
    )
    return schemas.editable_selection(selection, request.poster)


async def delete_selection(request: Request, selection_id: int) -> schemas.Body[schemas.Nothing]:
    """Delete a selection."""
    await request.core.selections.delete(request.actor, request.unit, selection_id)
    return schemas.EMPTY


async def put_movie(
    request: Request, selection_id: int, film_id: int, body: schemas.PlaceBody | None
) -> schemas.Body[schemas.OneEditableSelection]:
    """Add a film to a selection or change its position."""
    position = None if body is None or body.position is UNSET else body.position
    selection = await request.core.selections.place_film(
        request.actor, request.unit, selection_id, film_id, position
    )
    return schemas.editable_selection(selection, request.poster)


async def remove_movie(
    request: Request, selection_id: int, film_id: int
) -> schemas.Body[schemas.OneEditableSelection]:
    """Remove a film from a selection."""
    selection = await request.core.selections.remove_film(
        request.actor, request.unit, selection_id, film_id
    )
    return schemas.editable_selection(selection, request.poster)
