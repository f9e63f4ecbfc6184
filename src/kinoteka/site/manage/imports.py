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
from kinoteka.http.mechanics.response import SAFE, Answer, Headers
from kinoteka.http.policy.request import Call
from kinoteka.site.manage import import_words as words
from kinoteka.site.manage.catalogue_shapes import ImportForm, ImportsQuery
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


async def show_imports(call: Call, query: ImportsQuery) -> Answer:
    """Imports, the newest first."""
    page = await call.core.import_runs.page(call.actor, call.unit, query.before)
    return await render(call, "manage/imports/list.html", page=page, words=words)


async def show_new_import(
    call: Call, *, typed: ImportForm | None = None, failed: Failure | None = None
) -> Answer:
    """The form of an import to be."""
    return await render(
        call,
        "manage/imports/new.html",
        form=typed or ImportForm(),
        formats=words.FORMATS,
        most=call.settings.import_limit_megabytes,
        failed=failed,
    )


class _Sent:
    """What of a form has come."""

    has_come = False
    form: ImportForm | None = None


async def begin_import(call: Call) -> Answer:
    """Take the files in and import them."""
    sent = _Sent()
    try:
        run_id = await _begin(call, sent)
    except DomainError as error:
        if error.code in (Code.UNAUTHORIZED, Code.FORBIDDEN):
            raise
        await call.unit.rollback()
        if not sent.has_come:
            await drain(read_chunks(call.receive))
        return await show_new_import(call, typed=sent.form, failed=_explained(call, error))
    return redirect(call, f"/manage/imports/{run_id}")


async def show_import(call: Call, run_id: int) -> Answer:
    """How an import stands, or what has come of it."""
    runs = call.core.import_runs
    run = await runs.get(call.actor, call.unit, run_id)
    return await render(
        call,
        "manage/imports/run.html",
        part="run",
        run=run,
        is_partial=is_partial(call),
        progress=runs.progress(run) if run.is_running else None,
        has_report=bool(run.refused) and runs.report(run) is not None,
        why=words.why(call, run),
        words=words,
    )


async def cancel_import(call: Call, run_id: int) -> Answer:
    """End an import, of which nothing is stored then."""
    await call.core.import_runs.cancel(call.actor, call.unit, run_id)
    return redirect(call, f"/manage/imports/{run_id}", notice="import_ending")


async def lead_to_import(call: Call, run_id: int) -> Answer:
    """Whoever asks for a form's address by itself gets the import's page."""
    return redirect(call, f"/manage/imports/{run_id}")


async def download_report(call: Call, run_id: int) -> Answer:
    """Every refused row, as JSON Lines."""
    runs = call.core.import_runs
    run: Run = await runs.get(call.actor, call.unit, run_id)
    path = runs.report(run)
    if path is None:
        raise DomainError(Code.PATH_UNKNOWN)
    name = f'attachment; filename="import-{run_id}.jsonl"'.encode()
    headers = [*REPORT, (b"content-disposition", name)]
    return Answer(200, b"", headers, stream=lambda: _chunks(path))


async def _begin(call: Call, sent: _Sent) -> int:
    runs = call.core.import_runs
    async with runs.receive(call.actor, call.unit) as receiving:
        sent.has_come = True
        limit = call.settings.import_limit_megabytes * MEGABYTE
        received = await receive_files(call, FILES, receiving.path, limit)
        sent.form = from_pairs(received.fields, ImportForm)
        uploads = [Upload(each.path, each.name, each.size) for each in received.files]
        return await runs.begin(call.actor, call.unit, receiving, uploads, sent.form.options())


def _explained(call: Call, error: DomainError) -> Failure:
    """The refusal, and what is wrong with the files."""
    failed = failure(call, error)
    if error.code is Code.IMPORT_UNUSABLE:
        sentence = words.of_files(call, str(error.parameters["reason"]), error.parameters)
        return msgspec.structs.replace(failed, field=FILES, sentence=sentence)
    return failed


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
