"""The preview of uploaded files: columns, sample films and options, before their import."""

from kinoteka.core.import_runs.columns import columns_key, preview_columns
from kinoteka.core.import_runs.formats import without_folders
from kinoteka.core.import_runs.mappings import (
    find_mapping,
    list_mappings,
    save_mapping,
    with_mapping,
)
from kinoteka.core.import_runs.model import WaitingUpload
from kinoteka.core.imports.formats import TABLES, TEXT_TABLES
from kinoteka.core.imports.preview import Preview
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import import_texts as texts
from kinoteka.site.manage import preview_texts
from kinoteka.site.manage.catalogue_schemas import UploadForm
from kinoteka.site.manage.imports import import_error
from kinoteka.site.ui.error_pages import PageError
from kinoteka.site.ui.pages import redirect, render

OUTER = (Code.UNAUTHORIZED, Code.FORBIDDEN, Code.IMPORT_UNKNOWN)
"""Errors that have a page of their own."""


async def show_upload(request: Request, key: str) -> Response:
    """Show how the files would be imported with the stored options."""
    return await _show(request, key)


async def change_upload(request: Request, key: str, form: UploadForm) -> Response:
    """Store the options. Then show the preview again, or start the import; or discard the files."""
    uploads = request.core.import_uploads
    if form.step == "discard":
        await uploads.discard(request.actor, key)
        return redirect(request, "/manage/imports", notice="upload_discarded")
    try:
        if form.saved:
            saved = await find_mapping(request.actor, request.unit, form.saved)
            await uploads.change(request.actor, key, with_mapping(form.options(), saved))
            return redirect(request, f"/manage/imports/uploads/{key}")
        await uploads.change(request.actor, key, form.options(), form.chosen())
        if form.step == "save":
            options = uploads.get(request.actor, key).options
            await save_mapping(request.actor, request.unit, form.save_as, options)
            return redirect(request, f"/manage/imports/uploads/{key}", notice="mapping_saved")
        if form.step != "import":
            return redirect(request, f"/manage/imports/uploads/{key}")
        run_id = await uploads.begin(request.actor, request.unit, key)
    except DomainError as error:
        if error.code in OUTER:
            raise
        await request.unit.rollback()
        return await _show(request, key, typed=form, failed=import_error(request, error))
    return redirect(request, f"/manage/imports/{run_id}")


async def _show(
    request: Request, key: str, *, typed: UploadForm | None = None, failed: PageError | None = None
) -> Response:
    upload: WaitingUpload = request.core.import_uploads.get(request.actor, key)
    preview: Preview | None = None
    try:
        preview = await request.core.import_uploads.preview(request.actor, key)
    except DomainError as error:
        if error.code in OUTER:
            raise
        failed = failed or import_error(request, error)
    columns = preview_columns(preview) if preview else []
    chosen = list(typed.fields) if typed and len(typed.fields) == len(columns) else None
    return await render(
        request,
        "manage/imports/upload.html",
        part="review",
        key=key,
        upload=upload,
        preview=preview,
        columns=columns,
        chosen=chosen or [use.field or "" for use in columns],
        shown=columns_key(columns),
        form=typed or UploadForm.from_options(upload.options),
        questions=_questions(request, preview) if preview else [],
        is_table=preview is not None and preview.format in TABLES,
        is_text=preview is not None and preview.format in TEXT_TABLES,
        fields=preview_texts.choices(request, preview_texts.FIELDS),
        formats=preview_texts.choices(request, texts.FORMATS),
        thousands=preview_texts.choices(request, preview_texts.THOUSANDS),
        texts=texts,
        preview_texts=preview_texts,
        mappings=[
            (each.name, each.name) for each in await list_mappings(request.actor, request.unit)
        ],
        failed=failed,
    )


def _questions(request: Request, preview: Preview) -> list[str]:
    return [
        texts.file_error(request, question.code, without_folders(question.parameters))
        for question in preview.questions
    ]
