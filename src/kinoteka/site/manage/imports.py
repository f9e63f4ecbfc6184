"""Start, watch and cancel imports."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from kinoteka.core.import_runs.model import Run, Upload
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.bodies import read_chunks
from kinoteka.http.mechanics.forms import from_pairs
from kinoteka.http.mechanics.multipart import drain, receive_files
from kinoteka.http.mechanics.response import SAFE, Headers, Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import import_texts as texts
from kinoteka.site.manage.catalogue_schemas import ImportsQuery, UploadForm
from kinoteka.site.ui.error_pages import PageError, page_error
from kinoteka.site.ui.pages import is_partial, redirect, render

MEGABYTE = 1024 * 1024
CHUNK = 256 * 1024
FILES = "files"
PREVIEW = "preview"
REPORT: Headers = [
    *SAFE,
    (b"content-type", b"application/jsonl; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
]


async def show_imports(request: Request, query: ImportsQuery) -> Response:
    """Show the imports, newest first."""
    page = await request.core.import_runs.page(request.actor, request.unit, query.before)
    waiting = request.core.import_uploads.page(request.actor)
    return await render(
        request, "manage/imports/list.html", page=page, waiting=waiting, texts=texts
    )


async def show_new_import(request: Request, *, failed: PageError | None = None) -> Response:
    """Show the form of a new import. Its options are chosen in the preview."""
    return await render(
        request,
        "manage/imports/new.html",
        most=request.settings.import_limit_megabytes,
        failed=failed,
    )


class _PartialForm:
    """What has been received of a form."""

    is_receiving = False


async def start_import(request: Request) -> Response:
    """Receive files and start their import."""
    sent = _PartialForm()
    try:
        path = await _start(request, sent)
    except DomainError as error:
        if error.code in (Code.UNAUTHORIZED, Code.FORBIDDEN):
            raise
        await request.unit.rollback()
        if not sent.is_receiving:
            await drain(read_chunks(request.receive))
        return await show_new_import(request, failed=import_error(request, error))
    return redirect(request, path)


async def show_import(request: Request, run_id: int) -> Response:
    """Show the progress or the result of an import."""
    runs = request.core.import_runs
    run = await runs.get(request.actor, request.unit, run_id)
    return await render(
        request,
        "manage/imports/run.html",
        part="run",
        run=run,
        is_partial=is_partial(request),
        progress=runs.progress(run) if run.is_running else None,
        has_report=bool(run.refused) and runs.report(run) is not None,
        failure_reason=texts.failure_reason(request, run),
        texts=texts,
    )


async def cancel_import(request: Request, run_id: int) -> Response:
    """Cancel an import. Nothing of it is stored."""
    await request.core.import_runs.cancel(request.actor, request.unit, run_id)
    return redirect(request, f"/manage/imports/{run_id}", notice="import_ending")


async def undo_import(request: Request, run_id: int) -> Response:
    """Undo an import: restore what it changed, and remove what it added."""
    await request.core.import_runs.undo(request.actor, request.unit, run_id)
    return redirect(request, f"/manage/imports/{run_id}", notice="import_undone")


async def redirect_to_import(request: Request, run_id: int) -> Response:
    """Redirect to the import when an operator reopens the URL of a rejected form."""
    return redirect(request, f"/manage/imports/{run_id}")


async def download_report(request: Request, run_id: int) -> Response:
    """Return all rejected rows as JSON Lines."""
    runs = request.core.import_runs
    run: Run = await runs.get(request.actor, request.unit, run_id)
    path = runs.report(run)
    if path is None:
        raise DomainError(Code.PATH_UNKNOWN)
    name = f'attachment; filename="import-{run_id}.jsonl"'.encode()
    headers = [*REPORT, (b"content-disposition", name)]
    return Response(200, b"", headers, stream=lambda: _chunks(path))


async def _start(request: Request, sent: _PartialForm) -> str:
    """Return the path of the import, or of its preview if the form asks for one."""
    runs = request.core.import_runs
    async with runs.receive(request.actor, request.unit) as receiving:
        sent.is_receiving = True
        limit = request.settings.import_limit_megabytes * MEGABYTE
        received = await receive_files(request, FILES, receiving.path, limit)
        form = from_pairs(received.fields, UploadForm)
        uploads = [Upload(each.path, each.name, each.size) for each in received.files]
        if form.step == PREVIEW:
            key = await request.core.import_uploads.store(
                request.actor, receiving, uploads, form.options()
            )
            return f"/manage/imports/uploads/{key}"
        run_id = await runs.begin(request.actor, request.unit, receiving, uploads, form.options())
        return f"/manage/imports/{run_id}"


def import_error(request: Request, error: DomainError) -> PageError:
    """Return the error with the reason why the files were rejected."""
    failed = page_error(request, error)
    if error.code is Code.IMPORT_UNUSABLE:
        sentence = texts.file_error(request, str(error.parameters["reason"]), error.parameters)
        return msgspec.structs.replace(failed, field=FILES, sentence=sentence)
    return failed


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
