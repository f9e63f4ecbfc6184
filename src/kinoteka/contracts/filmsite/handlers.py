"""What this contract does: parse, one call of a service, shape."""

from msgspec import UNSET

from kinoteka.contracts.filmsite import shapes
from kinoteka.core.media.model import JPEG_ALONE
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.request import Call
from kinoteka.infrastructure.spooled_files import SpooledFile


async def sign_up(call: Call, body: shapes.SignUpBody) -> Answer:
    """Make an account, begin its session and set its cookie."""
    started = await call.core.sessions.sign_up(
        call.actor, call.unit, call.visit, shapes.new_account(body)
    )
    return json_answer(200, shapes.NOTHING, [call.give_session(started)])


async def sign_in(call: Call, body: shapes.SignInBody) -> Answer:
    """Begin a session and set its cookie."""
    started = await call.core.sessions.sign_in(
        call.actor, call.unit, call.visit, body.email, body.password
    )
    return json_answer(200, shapes.NOTHING, [call.give_session(started)])


async def sign_out(call: Call, body: shapes.SignOutBody | None) -> Answer:
    """End the session and remove its cookie."""
    refresh_token = body.refresh_token if body is not None else None
    return json_answer(200, shapes.NOTHING, await signing_out.sign_out(call, refresh_token))


async def change_avatar(call: Call, file: SpooledFile) -> shapes.Body[shapes.Nothing]:
    """Make a picture one's avatar."""
    await call.core.avatars.change_avatar(call.actor, call.unit, file, JPEG_ALONE)
    return shapes.NOTHING


async def update_avatar(call: Call, file: SpooledFile) -> shapes.Body[shapes.Nothing]:
    """Upload an avatar at the address that existing front ends use."""
    return await change_avatar(call, file)


async def issue_csrf_token(call: Call) -> shapes.Body[shapes.Csrf]:
    """A CSRF token for the session that asks."""
    token = call.core.csrf.issue(call.actor)
    return shapes.Body(shapes.Csrf(token, token))


async def read_profile(call: Call) -> shapes.Body[shapes.Profile]:
    """One's own profile."""
    account = await call.core.accounts.own(call.actor, call.unit)
    return shapes.profile(account, call.avatar(account))


async def list_selections(
    call: Call, query: shapes.PublicQuery
) -> shapes.Body[shapes.MovieSelections]:
    """Public selections."""
    shelf = await call.core.selections.public(
        call.actor,
        call.unit,
        query.offset,
        query.limit,
        featured=None if query.featured is UNSET else query.featured,
    )
    return shapes.selections_shown(shelf.selections, call.absolute)


async def list_own_selections(
    call: Call, query: shapes.SelectionsQuery
) -> shapes.Body[shapes.EditableSelections]:
    """The selections that one may edit."""
    shelf = await call.core.selections.editable(call.actor, call.unit, query.offset, query.limit)
    return shapes.shelf_edited(shelf, call.absolute)


async def read_selection(call: Call, selection_id: int) -> Answer:
    """One selection; one that is not public is answered to its editors alone."""
    selection = await call.core.selections.get(call.actor, call.unit, selection_id)
    answer = json_answer(200, shapes.selection_shown(selection, call.absolute))
    answer.personal = not selection.public
    return answer


async def make_selection(
    call: Call, body: shapes.SelectionBody
) -> shapes.Body[shapes.OneEditableSelection]:
    """Make a selection."""
    new = shapes.new_selection(body)
    selection = await call.core.selections.create(call.actor, call.unit, new)
    return shapes.selection_edited(selection, call.absolute)


async def change_selection(
    call: Call, selection_id: int, body: shapes.SelectionChangeBody
) -> shapes.Body[shapes.OneEditableSelection]:
    """Rename, describe, publish or feature a selection."""
    change = shapes.selection_change(body)
    selection = await call.core.selections.change(call.actor, call.unit, selection_id, change)
    return shapes.selection_edited(selection, call.absolute)


async def delete_selection(call: Call, selection_id: int) -> shapes.Body[shapes.Nothing]:
    """Delete a selection."""
    await call.core.selections.delete(call.actor, call.unit, selection_id)
    return shapes.NOTHING


async def put_movie(
    call: Call, selection_id: int, film_id: int, body: shapes.PlaceBody | None
) -> shapes.Body[shapes.OneEditableSelection]:
    """Add a film to a selection, or move it within."""
    position = None if body is None or body.position is UNSET else body.position
    selection = await call.core.selections.put_film(
        call.actor, call.unit, selection_id, film_id, position
    )
    return shapes.selection_edited(selection, call.absolute)


async def remove_movie(
    call: Call, selection_id: int, film_id: int
) -> shapes.Body[shapes.OneEditableSelection]:
    """Take a film out of a selection."""
    selection = await call.core.selections.remove_film(call.actor, call.unit, selection_id, film_id)
    return shapes.selection_edited(selection, call.absolute)
