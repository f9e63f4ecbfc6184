"""The profile form and the avatar."""

from msgspec.structs import replace

from kinoteka.core.media.model import MAX_UPLOAD_BYTES, PICTURES
from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Response
from kinoteka.http.mechanics.routes import Upload
from kinoteka.http.policy.request import Request
from kinoteka.http.policy.uploads import receive_upload
from kinoteka.site.account import schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render

AVATAR = Upload("file", MAX_UPLOAD_BYTES)
MAX_GENRES = 500
UPLOADS = frozenset(
    {
        Code.UPLOAD_MISSING,
        Code.UPLOAD_TOO_LARGE,
        Code.UPLOAD_UNREADABLE,
        Code.UPLOAD_TOO_MANY_PIXELS,
        Code.UPLOAD_WRONG_TYPE,
    }
)
"""Errors that are shown at the file field."""


async def show_profile(
    request: Request, *, typed: schemas.ProfileForm | None = None, failed: PageError | None = None
) -> Response:
    """Show the form of the profile."""
    if failed is not None and failed.code in UPLOADS:
        failed = replace(failed, field=AVATAR.field)
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    account = await request.core.accounts.get_own(request.actor, request.unit)
    genres = await (await request.core.catalogue.genres(request.actor, request.unit)).page(
        1, MAX_GENRES
    )
    return await render(
        request,
        "account/profile.html",
        typed=typed or schemas.filled_profile_form(account),
        failed=failed,
        genres=[(genre.id, genre.name) for genre in genres.items],
        largest=MAX_UPLOAD_BYTES,
    )


async def redirect_to_profile(request: Request) -> Response:
    """Redirect to the profile when a user reopens the URL of a rejected form."""
    return redirect(request, "/account")


@redisplay_on_error(show_profile)
async def save_profile(request: Request, body: schemas.ProfileForm) -> Response:
    """Change the profile."""
    await request.core.credentials.change_profile(
        request.actor, request.unit, body.change(), current_password=body.present
    )
    return redirect(request, "/account", notice="profile_saved")


async def change_avatar(request: Request) -> Response:
    """Replace the avatar by an uploaded picture."""
    return await _change_avatar(request, None)


@redisplay_on_error(show_profile)
async def _change_avatar(request: Request, _: None) -> Response:
    # Receive the file here, so that the page can report a file that is too large.
    async with receive_upload(request, AVATAR) as file:
        await request.core.avatars.change_avatar(request.actor, request.unit, file, PICTURES)
    return redirect(request, "/account", notice="avatar_saved")


async def remove_avatar(request: Request) -> Response:
    """Remove the avatar."""
    await request.core.avatars.remove_avatar(request.actor, request.unit)
    return redirect(request, "/account", notice="avatar_removed")
