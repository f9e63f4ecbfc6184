"""Checks of Redis or Valkey and of the file store."""

import asyncio
import secrets
from collections.abc import Iterator

from redis.exceptions import RedisError

from kinoteka.cli.doctor.findings import Finding, error, fine, reason, warning
from kinoteka.database.inspection import RedisFacts, inspect_redis
from kinoteka.errors import DomainError
from kinoteka.infrastructure.files import open_files
from kinoteka.infrastructure.settings import Settings

MEBIBYTE = 1024 * 1024
FOLDER = "avatars"


def check_redis(settings: Settings) -> Iterator[Finding]:
    """Check that processes on several machines can communicate."""
    if not settings.redis_url:
        return
    try:
        facts = inspect_redis(settings.redis_url)
    except (RedisError, OSError, ValueError) as problem:
        yield error(
            "Redis",
            f"It cannot be used: {reason(problem)}. Until then, machines notice each other's "
            "changes late. Check that it runs and that KINOTEKA_REDIS_URL is right.",
        )
    else:
        if facts is None:
            yield fine(
                "Redis",
                "It answers. This user may not run INFO, so its version and its memory's limit "
                "are unknown; Kinoteka needs neither.",
            )
        else:
            yield from judge_redis(facts)


def judge_redis(facts: RedisFacts) -> Iterator[Finding]:
    """Return findings about the facts."""
    shown = f"{facts.name.capitalize()} {facts.version} answers"
    if facts.memory and facts.policy == "noeviction":
        yield warning(
            "Redis",
            f"{shown}. When its {facts.memory // MEBIBYTE} MiB are full, it rejects writes, and "
            "rate limits are counted per process. Set maxmemory-policy to volatile-ttl.",
        )
    elif facts.memory:
        yield fine("Redis", f"{shown}; {facts.memory // MEBIBYTE} MiB at most, {facts.policy}.")
    else:
        yield fine("Redis", f"{shown}; its memory has no limit.")


def check_files(settings: Settings) -> Iterator[Finding]:
    """Check that a file can be stored, read and removed."""
    where = settings.files_url or str(settings.data / FOLDER)
    if not settings.files_url and not (settings.data / FOLDER).exists():
        yield fine("files", f"{where} is made with the first picture.")
        return
    try:
        same = asyncio.run(_probe(settings))
    except DomainError:
        yield error(
            "files",
            f"{where} cannot be used; the line above says why. Check KINOTEKA_FILES_URL, "
            "KINOTEKA_FILES_ENDPOINT and the credentials.",
        )
    except (OSError, ValueError) as problem:
        yield error("files", f"{where} cannot be used: {reason(problem)}.")
    else:
        if same:
            yield fine("files", f"{where}: a file was stored, read and removed.")
        else:
            yield error("files", f"{where} gives back something else than was stored there.")


async def _probe(settings: Settings) -> bool:
    files = open_files(settings, FOLDER)
    name, content = f"doctor-{secrets.token_hex(8)}.txt", secrets.token_bytes(64)
    try:
        await files.put(name, content)
        try:
            return await files.get(name) == content
        finally:
            await files.delete(name)
    finally:
        files.close()
