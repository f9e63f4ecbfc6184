"""Statements on import runs."""

import msgspec
from sqlalchemy import BigInteger, bindparam, delete, insert, select, tuple_, update

from kinoteka.core.import_runs.model import (
    ImportFile,
    ImportOptions,
    Report,
    Run,
    RunState,
    SavedMapping,
    Source,
)
from kinoteka.database.film_columns import UNKNOWN_VERSION
from kinoteka.database.schema import (
    accounts,
    batch_changes,
    batches,
    film_values,
    import_mappings,
    import_runs,
    sources,
)
from kinoteka.database.statement import Statement

COUNTS = ("read", "added", "changed", "unchanged", "refused")

_report = msgspec.json.Decoder(Report).decode


DECODERS = {
    "files": msgspec.json.Decoder(tuple[ImportFile, ...]).decode,
    "state": RunState,
    "report": lambda stored: Report() if stored is None else _report(stored),
}
_runs = select(
    import_runs.c.id,
    import_runs.c.account_id,
    accounts.c.username.label("requested_by"),
    import_runs.c.format,
    import_runs.c.files,
    import_runs.c.state,
    import_runs.c.created_at,
    import_runs.c.finished_at,
    *(import_runs.c[name] for name in COUNTS),
    import_runs.c.report,
).outerjoin(accounts, accounts.c.id == import_runs.c.account_id)

RUN: Statement[Run] = Statement(_runs.where(import_runs.c.id == bindparam("run_id")), Run, DECODERS)
RUNS: Statement[Run] = Statement(
    _runs.where(import_runs.c.id < bindparam("before", type_=BigInteger()))
    .order_by(import_runs.c.id.desc())
    .limit(bindparam("most")),
    Run,
    DECODERS,
)
RUNNING: Statement[Run] = Statement(
    _runs.where(import_runs.c.state == RunState.RUNNING.value).order_by(import_runs.c.id),
    Run,
    DECODERS,
)
INSERT: Statement[tuple[int]] = Statement(
    insert(import_runs)
    .values(
        {name: bindparam(name) for name in ("account_id", "format", "files", "report")}
        | {"state": RunState.RUNNING.value}
        | {name: bindparam("at") for name in ("created_at", "started_at")}
    )
    .returning(import_runs.c.id)
)
FINISH: Statement[tuple[()]] = Statement(
    update(import_runs)
    .where(import_runs.c.id == bindparam("run_id"), import_runs.c.state == RunState.RUNNING.value)
    .values(
        {name: bindparam(name) for name in (*COUNTS, "report")}
        | {"state": bindparam("new_state"), "finished_at": bindparam("at")}
    )
)
SET_REPORT: Statement[tuple[()]] = Statement(
    update(import_runs)
    .where(import_runs.c.id == bindparam("run_id"))
    .values(report=bindparam("report"))
)
# Some thousand at a time, because a transaction must be short.
_OLD_CHANGES = (
    select(batch_changes.c.batch_id, batch_changes.c.source_id, batch_changes.c.external_id)
    .join(batches, batches.c.id == batch_changes.c.batch_id)
    .where(batches.c.created_at < bindparam("until", type_=BigInteger()))
    .limit(bindparam("most"))
)
PRUNE_CHANGES: Statement[tuple[()]] = Statement(
    delete(batch_changes).where(
        tuple_(
            batch_changes.c.batch_id, batch_changes.c.source_id, batch_changes.c.external_id
        ).in_(_OLD_CHANGES)
    )
)
SOURCES: Statement[Source] = Statement(
    select(sources.c.id, sources.c.name, sources.c.rank).order_by(sources.c.rank, sources.c.id),
    Source,
)
SET_RANK: Statement[tuple[()]] = Statement(
    update(sources).where(sources.c.id == bindparam("source_id")).values(rank=bindparam("place"))
)
# Only films with several records, or with edited fields, have stored records.
FORGET_FINGERPRINTS: Statement[tuple[()]] = Statement(
    update(film_values)
    .where(film_values.c.record.is_not(None))
    .values(fingerprint_version=UNKNOWN_VERSION)
)
OLD: Statement[tuple[int]] = Statement(
    select(import_runs.c.id).order_by(import_runs.c.id.desc()).limit(bindparam("most"))
)

_MAPPING_DECODERS = {
    "mapping": msgspec.json.Decoder(tuple[str, ...]).decode,
    "options": msgspec.json.Decoder(ImportOptions).decode,
}
MAPPINGS: Statement[SavedMapping] = Statement(
    select(import_mappings).order_by(import_mappings.c.name).limit(bindparam("most")),
    SavedMapping,
    _MAPPING_DECODERS,
)
MAPPING: Statement[SavedMapping] = Statement(
    select(import_mappings).where(import_mappings.c.name == bindparam("name")),
    SavedMapping,
    _MAPPING_DECODERS,
)
DELETE_MAPPING: Statement[tuple[()]] = Statement(
    delete(import_mappings).where(import_mappings.c.name == bindparam("name"))
)
INSERT_MAPPING: Statement[tuple[()]] = Statement(
    insert(import_mappings).values(
        {name: bindparam(name) for name in ("name", "mapping", "options")}
    )
)
