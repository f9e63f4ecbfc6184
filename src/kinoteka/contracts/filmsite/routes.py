"""The route table of this contract."""

from dataclasses import replace

from kinoteka.contracts.filmsite import handlers, schemas
from kinoteka.contracts.filmsite.errors import ERROR_TABLE, UPDATE_PATH, UPLOAD_PATH, error_response
from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route, Upload

AUTH = (
    Route(
        "POST",
        "/user/signup",
        handlers.sign_up,
        "Sign up",
        body=schemas.SignUpBody,
        response=schemas.Body[schemas.Nothing],
        begins_session=True,
        errors=(
            Code.EMAIL_INVALID,
            Code.EMAIL_TAKEN,
            Code.PASSWORD_INVALID,
            Code.BIRTHDAY_INVALID,
            Code.THROTTLED,
        ),
        description="Signs in as well and sets the cookie. The birthday is YYYY-MM-DD or "
        "YYYY-Mon-DD.",
        example={
            "email": "anna@example.com",
            "password": "correct horse",
            "birthday": "2001-04-06",
        },
    ),
    Route(
        "POST",
        "/user/signin",
        handlers.sign_in,
        "Sign in",
        body=schemas.SignInBody,
        response=schemas.Body[schemas.Nothing],
        begins_session=True,
        errors=(
            Code.ACCOUNT_UNKNOWN,
            Code.PASSWORD_WRONG,
            Code.ACCOUNT_DISABLED,
            Code.THROTTLED,
        ),
        description="Sets the cookie. The session of the request's cookie ends.",
        example={"email": "anna@example.com", "password": "correct horse"},
    ),
    Route(
        "POST",
        "/user/logout",
        handlers.sign_out,
        "Sign out",
        body=schemas.SignOutBody,
        body_required=False,
        response=schemas.Body[schemas.Nothing],
        signed_in=True,
        ends_session=True,
        csrf=True,
    ),
)

UPLOAD = Route(
    "POST",
    UPLOAD_PATH,
    handlers.change_avatar,
    "Upload an avatar",
    upload=Upload("avatar", MAX_UPLOAD_BYTES),
    response=schemas.Body[schemas.Nothing],
    signed_in=True,
    csrf=True,
    errors=(
        Code.UPLOAD_WRONG_TYPE,
        Code.UPLOAD_UNREADABLE,
        Code.UPLOAD_TOO_MANY_PIXELS,
        Code.THROTTLED,
    ),
    description="Accepts JPEG, recognized by content. The picture is stored without metadata, at "
    "most 1024 pixels on its longer side.",
)

USER = (
    UPLOAD,
    replace(UPLOAD, path=UPDATE_PATH, handler=handlers.update_avatar),
    Route(
        "GET",
        "/user/csrf",
        handlers.issue_csrf_token,
        "Get a CSRF token",
        response=schemas.Body[schemas.Csrf],
        signed_in=True,
        description="Send it in the header `csrf-token` or `x-csrf-token`. It is valid for this "
        "session and for two hours.",
    ),
    Route(
        "GET",
        "/user/profile",
        handlers.read_profile,
        "Get your profile",
        response=schemas.Body[schemas.Profile],
        signed_in=True,
    ),
    Route(
        "GET",
        "/user/selections",
        handlers.list_own_selections,
        "List the selections that you may edit",
        query=schemas.SelectionsQuery,
        response=schemas.Body[schemas.EditableSelections],
        signed_in=True,
        description="Your own selections and, with the permission `selections.feature`, the "
        "featured ones and those of the site. Newest first.",
    ),
)

PUBLIC_REVISIONS = ("catalogue", "library")
EDIT_ERRORS = (Code.SELECTION_UNKNOWN, Code.FORBIDDEN)

SELECTIONS = (
    Route(
        "GET",
        "/selections",
        handlers.list_selections,
        "List public selections",
        query=schemas.PublicQuery,
        response=schemas.Body[schemas.MovieSelections],
        cached=PUBLIC_REVISIONS,
        description="Featured selections come first, then the others, each newest first. The "
        "response has every selection in two forms, for two generations of front ends.",
    ),
    Route(
        "GET",
        "/selections/{id}",
        handlers.read_selection,
        "Get a selection",
        response=schemas.Body[schemas.OneSelection],
        errors=(Code.SELECTION_UNKNOWN,),
        cached=PUBLIC_REVISIONS,
        takes_any_id=True,
    ),
    Route(
        "POST",
        "/selections",
        handlers.make_selection,
        "Create a selection",
        body=schemas.SelectionBody,
        response=schemas.Body[schemas.OneEditableSelection],
        signed_in=True,
        csrf=True,
        errors=(Code.FORBIDDEN, Code.FILM_UNKNOWN, Code.SELECTION_FULL, Code.SELECTIONS_TOO_MANY),
        description="A featured selection needs the permission `selections.feature` and belongs to "
        "the site.",
        example={"title": "Rainy evenings", "public": True, "movies": [1]},
    ),
    Route(
        "PATCH",
        "/selections/{id}",
        handlers.change_selection,
        "Rename, describe, publish or feature a selection",
        body=schemas.SelectionChangeBody,
        response=schemas.Body[schemas.OneEditableSelection],
        signed_in=True,
        csrf=True,
        errors=EDIT_ERRORS,
        description="Featuring needs the permission `selections.feature`.",
        example={"title": "Rainy nights"},
    ),
    Route(
        "DELETE",
        "/selections/{id}",
        handlers.delete_selection,
        "Delete a selection",
        response=schemas.Body[schemas.Nothing],
        signed_in=True,
        csrf=True,
        errors=EDIT_ERRORS,
    ),
    Route(
        "PUT",
        "/selections/{id}/movies/{movie_id}",
        handlers.put_movie,
        "Add a film to a selection or change its position",
        body=schemas.PlaceBody,
        body_required=False,
        response=schemas.Body[schemas.OneEditableSelection],
        signed_in=True,
        csrf=True,
        errors=(*EDIT_ERRORS, Code.FILM_UNKNOWN, Code.SELECTION_FULL),
        takes_any_id=True,
        description="`position` counts from 0. Without it, the film goes to the end.",
        example={"position": 0},
    ),
    Route(
        "DELETE",
        "/selections/{id}/movies/{movie_id}",
        handlers.remove_movie,
        "Remove a film from a selection",
        response=schemas.Body[schemas.OneEditableSelection],
        signed_in=True,
        csrf=True,
        errors=(*EDIT_ERRORS, Code.FILM_UNKNOWN),
    ),
)

CONTRACT = Contract(
    name="filmsite",
    title="Film site",
    description="A browser film site with selections of films. Clients sign in with a cookie and "
    "send CSRF tokens. Every response is wrapped in `body`. Errors are 400 with a number.",
    routes=(*AUTH, *USER, *SELECTIONS),
    error_responses=ERROR_TABLE,
    error_response=error_response,
    error_schema=schemas.Refused,
)
