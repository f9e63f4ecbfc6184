"""Imports: asked for, watched, cancelled, told of."""

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
from kinoteka.site.manage import import_words as words
from kinoteka.site.manage.catalogue_schemas import ImportForm, ImportsQuery
from kinoteka.site.ui.failures import Failure, failure
from kinoteka.site.ui.pages import is_partial, redirect, render

MEGABYTE = 1024 * 1024
CHUNK = 256 * 1024
FILES = "files"
REPORT: Headers = [
    *SAFE,
    (b"content-type", b"application/jsonl; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
]


async def show_imports(request: Request, query: ImportsQuery) -> Response:
    """Imports, the newest first."""
    page = await request.core.import_runs.page(request.actor, request.unit, query.before)
    return await render(request, "manage/imports/list.html", page=page, words=words)


async def show_new_import(
    request: Request, *, typed: ImportForm | None = None, failed: Failure | None = None
) -> Response:
    """The form of an import to be."""
    return await render(
        request,
        "manage/imports/new.html",
        form=typed or ImportForm(),
        formats=words.FORMATS,
        most=request.settings.import_limit_megabytes,
        failed=failed,
    )


class _Sent:
    """What of a form has come."""

    has_come = False
    form: ImportForm | None = None


async def begin_import(request: Request) -> Response:
    """Take the files in and import them."""
    sent = _Sent()
    try:
        run_id = await _begin(request, sent)
    except DomainError as error:
        if error.code in (Code.UNAUTHORIZED, Code.FORBIDDEN):
            raise
        await request.unit.rollback()
        if not sent.has_come:
            await drain(read_chunks(request.receive))
        return await show_new_import(request, typed=sent.form, failed=_explained(request, error))
    return redirect(request, f"/manage/imports/{run_id}")


async def show_import(request: Request, run_id: int) -> Response:
    """How an import stands, or what has come of it."""
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
        why=words.why(request, run),
        words=words,
    )


async def cancel_import(request: Request, run_id: int) -> Response:
    """End an import, of which nothing is stored then."""
    await request.core.import_runs.cancel(request.actor, request.unit, run_id)
    return redirect(request, f"/manage/imports/{run_id}", notice="import_ending")


async def lead_to_import(request: Request, run_id: int) -> Response:
    """Whoever asks for a form's address by itself gets the import's page."""
    return redirect(request, f"/manage/imports/{run_id}")


async def download_report(request: Request, run_id: int) -> Response:
    """Every refused row, as JSON Lines."""
    runs = request.core.import_runs
    run: Run = await runs.get(request.actor, request.unit, run_id)
    path = runs.report(run)
    if path is None:
        raise DomainError(Code.PATH_UNKNOWN)
    name = f'attachment; filename="import-{run_id}.jsonl"'.encode()
    headers = [*REPORT, (b"content-disposition", name)]
    return Response(200, b"", headers, stream=lambda: _chunks(path))


async def _begin(request: Request, sent: _Sent) -> int:
    runs = request.core.import_runs
    async with runs.receive(request.actor, request.unit) as receiving:
        sent.has_come = True
        limit = request.settings.import_limit_megabytes * MEGABYTE
        received = await receive_files(request, FILES, receiving.path, limit)
        sent.form = from_pairs(received.fields, ImportForm)
        uploads = [Upload(each.path, each.name, each.size) for each in received.files]
        return await runs.begin(
            request.actor, request.unit, receiving, uploads, sent.form.options()
        )


def _explained(request: Request, error: DomainError) -> Failure:
    """The refusal, and what is wrong with the files."""
    failed = failure(request, error)
    if error.code is Code.IMPORT_UNUSABLE:
        sentence = words.of_files(request, str(error.parameters["reason"]), error.parameters)
        return msgspec.structs.replace(failed, field=FILES, sentence=sentence)
    return failed


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
