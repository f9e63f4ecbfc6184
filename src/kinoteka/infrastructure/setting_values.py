"""Values of settings: what kind each setting takes, and what is wrong with one that it cannot take.

The messages are for operators: no regular expression, no Python type, and no secret.
"""

import json
import math
import re
from pathlib import Path

from msgspec import Meta

KINDS = {int: "whole number", float: "number", bool: "yes/no", Path: "folder", str: "text"}
LISTS = ("cors_origins", "host", "poster_hosts_allowed", "trusted_proxies")
CHOICES = re.compile(r"\^\(([a-z|]+)\)\$")
"""A pattern that allows only a few words."""
SECRET_ENDINGS = ("_key", "_token", "database_url", "redis_url")
SHOWN = 80
"""Characters of a rejected value in its message, at most."""

EXAMPLES = {
    "unix_socket_mode": "three digits from 0 to 7, such as 660",
    "database_url": "postgresql://user:password@host:5432/name, or leave it empty for SQLite",
    "redis_url": "redis://host:6379/0, or leave it empty if there is only one machine",
    "files_url": "s3://bucket or s3://bucket/prefix, or leave it empty to use the data folder",
    "tmdb_url": "https://api.themoviedb.org/3",
    "wikidata_url": "https://www.wikidata.org/w/api.php",
    "files_endpoint": "the scheme and the host, such as https://store.example:9000",
}
"""What to write where only a pattern says it."""


def kind_of(field: str, type_: type, meta: Meta) -> str:
    """Return what a setting takes, in words."""
    if field in LISTS:
        return "list"
    if field.endswith("_url") or field == "files_endpoint":
        return "address"
    if field.endswith("_limit"):
        return "rate"
    if choices(meta):
        return "choice"
    return KINDS[type_]


def choices(meta: Meta) -> list[str]:
    """Return the words that a setting allows, or nothing if it allows more than a few."""
    found = CHOICES.fullmatch(meta.pattern or "")
    return found[1].split("|") if found else []


def plain(value: object) -> str:
    """Return a value as an operator writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def problem(field: str, type_: type, meta: Meta, value: object) -> str:
    """Return what is wrong with a value and what to write instead."""
    text = str(value)
    if type_ in (int, float):
        return _number_problem(type_, meta, text)
    if type_ is bool:
        return f"{_quoted(text)} is neither yes nor no. Write yes or no"
    if words := choices(meta):
        return f"{_quoted(text)} is not one of its values. Write {_either(words)}"
    if meta.max_length is not None and len(text) > meta.max_length:
        return f"it has {len(text)} characters. Write at most {meta.max_length}"
    if field == "public_url":
        return _public_url_problem(text)
    shown = "the value" if field.endswith(SECRET_ENDINGS) else _quoted(text)
    return f"{shown} cannot be used. Write {EXAMPLES[field]}"


def rate_problem(value: str) -> str:
    """Return what is wrong with a rate."""
    return f"{_quoted(value)} is not a rate. Write one such as 10 per 5 minutes"


def _number_problem(type_: type, meta: Meta, text: str) -> str:
    try:
        number = float(text) if type_ is float else int(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        wrong = f"is not a {KINDS[type_]}"
    else:
        wrong = "is too large" if number > (meta.le or 0) else "is too small"
    least = f"from {meta.ge:g}" if meta.ge is not None else f"greater than {meta.gt:g}"
    most = f"to {meta.le:.0f}" if meta.ge is not None else f"and at most {meta.le:.0f}"
    return f"{_quoted(text)} {wrong}. Write a {KINDS[type_]} {least} {most}"


def _public_url_problem(text: str) -> str:
    scheme, separator, rest = text.strip().rpartition("://")
    host, slash, path = rest.partition("/")
    if not separator:
        wrong = "has no scheme (https:// or http://)"
    elif scheme not in ("http", "https"):
        wrong = f"has the scheme {_quoted(scheme)} instead of https or http"
    elif not host:
        wrong = "names no host"
    elif path:
        wrong = "has a path, but the site must be at the root of its host"
    elif slash:
        wrong = "ends with a slash"
    else:
        wrong = "contains a space"
    example = host if host and not re.search(r"\s", host) else "films.example"
    scheme = scheme if scheme in ("http", "https") else "https"
    return f"{_quoted(text)} {wrong}. Write {scheme}://{example}"


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _quoted(text: str) -> str:
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return json.dumps(shown, ensure_ascii=False)
