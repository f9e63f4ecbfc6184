"""The profile, and the picture that goes with it."""

from msgspec.structs import replace

from kinoteka.core.media.model import PICTURES, UPLOAD_LARGEST
from kinoteka.errors import Code
from kinoteka.http.mechanics.multipart import received_upload
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.mechanics.routes import Upload
from kinoteka.http.policy.request import Call
from kinoteka.site.account import shapes
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

AVATAR = Upload("file", UPLOAD_LARGEST)
GENRES_MOST = 500
UPLOADS = frozenset(
    {
        Code.UPLOAD_MISSING,
        Code.UPLOAD_TOO_LARGE,
        Code.UPLOAD_UNREADABLE,
        Code.UPLOAD_TOO_MANY_PIXELS,
        Code.UPLOAD_WRONG_TYPE,
    }
)
"""Refusals that stand beside the file."""


async def show_profile(
    call: Call, *, typed: shapes.ProfileForm | None = None, failed: Failure | None = None
) -> Answer:
    """The profile, to be changed."""
    if failed is not None and failed.code in UPLOADS:
        failed = replace(failed, field=AVATAR.field)
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    account = await call.core.accounts.own(call.actor, call.unit)
    genres = await (await call.core.catalogue.genres(call.actor, call.unit)).page(1, GENRES_MOST)
    return await render(
        call,
        "account/profile.html",
        typed=typed or shapes.profile_form(account),
        failed=failed,
        genres=[(genre.id, genre.name) for genre in genres.items],
        largest=UPLOAD_LARGEST,
    )


async def lead_to_profile(call: Call) -> Answer:
    """Whoever comes again to where a form was refused."""
    return redirect(call, "/account")


@shown_again_by(show_profile)
async def save_profile(call: Call, body: shapes.ProfileForm) -> Answer:
    """Change the profile."""
    await call.core.credentials.change_profile(
        call.actor, call.unit, body.change(), present=body.present
    )
    return redirect(call, "/account", notice="profile_saved")


async def change_avatar(call: Call) -> Answer:
    """Make a picture one's avatar."""
    return await _change_avatar(call, None)


@shown_again_by(show_profile)
async def _change_avatar(call: Call, _: None) -> Answer:
    # Read here, so that a file that is too large is told of on the page.
    async with received_upload(call, AVATAR) as file:
        await call.core.avatars.change_avatar(call.actor, call.unit, file, PICTURES)
    return redirect(call, "/account", notice="avatar_saved")


async def remove_avatar(call: Call) -> Answer:
    """Be without an avatar."""
    await call.core.avatars.remove_avatar(call.actor, call.unit)
    return redirect(call, "/account", notice="avatar_removed")
