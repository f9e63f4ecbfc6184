"""Settings: a row each, with name, kind of value, default and one line of help.

Values come from environment variables `KINOTEKA_<NAME>` and from a `.env` file in the
working directory; the environment wins.
"""

import os
from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from kinoteka.infrastructure.catalogue_settings import CatalogueSettings
from kinoteka.infrastructure.rates import parse_rate
from kinoteka.infrastructure.server_addresses import is_server_address
from kinoteka.infrastructure.setting_values import kind_of, problem, rate_problem

PREFIX = "KINOTEKA_"
METRICS_FOLDER = "KINOTEKA_METRICS_FOLDER"
"""No setting: by it a supervisor tells its workers where they leave their metrics."""
AWS_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)


SWITCHES = {"on": True, "yes": True, "off": False, "no": False}
"""Words for true and false in settings, besides those that the decoder knows."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says why."""


class Settings(CatalogueSettings, frozen=True, kw_only=True):
    """All settings of one running server."""

    data: Annotated[
        Path, Meta(description="Folder that holds all state of the embedded profile.")
    ] = Path("./data")
    database_url: Annotated[
        str,
        Meta(
            pattern=r"^(postgres(ql)?://.+)?$",
            description="PostgreSQL, as postgresql://user:password@host:5432/name; "
            "SQLite in the data folder when empty.",
        ),
    ] = ""
    database_pool: Annotated[
        int, Meta(ge=1, le=1000, description="Connections to PostgreSQL, per worker at most.")
    ] = 10
    database_timeout_seconds: Annotated[
        int, Meta(ge=1, le=600, description="A statement that takes longer is given up with 503.")
    ] = 10
    database_durability: Annotated[
        str,
        Meta(
            pattern="^(normal|full)$",
            description="full: commits to SQLite survive power cuts; normal: the last may not.",
        ),
    ] = "normal"
    database_prepared_statements: Annotated[
        str,
        Meta(
            pattern="^(on|off)$",
            description="off where a pooler between here and PostgreSQL knows no prepared "
            "statements (PgBouncer before 1.21 in transaction mode); every read then takes longer.",
        ),
    ] = "on"
    redis_url: Annotated[
        str,
        Meta(
            pattern=r"^((rediss?|valkeys?|unix)://.+)?$",
            description="Redis or Valkey, as redis://host:6379/0, by which processes on several "
            "machines tell each other; within one machine they need none.",
        ),
    ] = ""
    files_url: Annotated[
        str,
        Meta(
            pattern=r"^(s3://[A-Za-z0-9._-]+(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?)?$",
            description="Where avatars lie, as s3://bucket/prefix (credentials: AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY); a folder in the data folder when empty.",
        ),
    ] = ""
    files_endpoint: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._/-]*)?)?$",
            description="Address of the S3-compatible store; Amazon's own when empty.",
        ),
    ] = ""
    host: Annotated[
        str, Meta(description="Addresses to listen on, by comma; * is all of IPv4 and IPv6.")
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    ] = 8000
    workers: Annotated[int, Meta(ge=1, le=256, description="Processes that serve.")] = 1
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/\s]+)?$",
            description="Address that clients see, such as https://films.example; "
            "makes links absolute and, with https, cookies Secure.",
        ),
    ] = ""
    timezone: Annotated[
        str,
        Meta(
            description="Time zone of times that are sent as text for people, such as "
            "Europe/Moscow; times of programs are UTC."
        ),
    ] = "UTC"
    cors_origins: Annotated[
        tuple[str, ...],
        Meta(description="Origins, by comma, whose pages may call the server with credentials."),
    ] = ()
    trusted_proxies: Annotated[
        str,
        Meta(description="Addresses, by comma, whose X-Forwarded-For and -Proto are believed."),
    ] = ""
    secret_key: Annotated[
        str,
        Meta(
            description="Key of cookies' and refresh tokens' HMACs (at least 32 characters); "
            "made and kept in the data folder when empty."
        ),
    ] = ""
    signing_key: Annotated[
        str,
        Meta(
            description="Private key of access tokens (P-256, PEM); made and kept in the data "
            "folder when empty. Several machines need the same one."
        ),
    ] = ""
    token_issuer: Annotated[
        str, Meta(max_length=500, description="The claim iss of access tokens.")
    ] = "kinoteka"
    token_audience: Annotated[
        str, Meta(max_length=500, description="The claim aud of access tokens.")
    ] = "kinoteka"
    access_token_minutes: Annotated[
        int, Meta(ge=1, le=1440, description="Lifetime of an access token, in minutes.")
    ] = 15
    session_idle_days: Annotated[
        int, Meta(ge=1, le=3650, description="A session unused for so many days ends.")
    ] = 30
    session_lifetime_days: Annotated[
        int, Meta(ge=1, le=3650, description="A session ends after so many days in any case.")
    ] = 180
    audit_days: Annotated[
        int, Meta(ge=1, le=36500, description="The audit log forgets after so many days.")
    ] = 365
    document_exact: Annotated[
        bool,
        Meta(
            description="Clients change login, e-mail and password without the current password "
            "where their document says so, in sessions that began with them; when off, every such "
            "change needs a sign-in or the password within the last 15 minutes."
        ),
    ] = True
    hide_unknown_accounts: Annotated[
        bool,
        Meta(description="The auth service answers 401 for an unknown user, too, instead of 404."),
    ] = False
    sign_in_limit: Annotated[str, Meta(description="Failed sign-ins, per account and network.")] = (
        "10 per 5 minutes"
    )
    unknown_device_limit: Annotated[
        str,
        Meta(description="Failed sign-ins per account from all devices that it does not know."),
    ] = "1 per 10 seconds"
    known_device_limit: Annotated[
        str,
        Meta(
            description="Failed sign-ins per account and device that it knows; wrong current "
            "passwords per session."
        ),
    ] = "10 per 5 minutes"
    known_device_days: Annotated[
        int, Meta(ge=1, le=3650, description="A device is known for so many days after a sign-in.")
    ] = 365
    sign_in_address_limit: Annotated[
        str, Meta(description="Failed sign-ins per address, to all accounts, from unknown devices.")
    ] = "100 per 5 minutes"
    sign_up_limit: Annotated[str, Meta(description="New accounts per address.")] = "300 per hour"
    upload_limit: Annotated[str, Meta(description="Uploads per account.")] = "120 per hour"
    search_limit: Annotated[str, Meta(description="Searches per address.")] = "600 per minute"
    message_limit: Annotated[str, Meta(description="Messages and chats begun, per account.")] = (
        "240 per minute"
    )
    export_limit: Annotated[str, Meta(description="Exports of an account.")] = "5 per hour"
    film_list_limit: Annotated[str, Meta(description="Film lists per address.")] = "60 per hour"
    password_hint_limit: Annotated[
        str, Meta(description="Hints at how strong a password is, per address.")
    ] = "120 per minute"
    ipv6_site_factor: Annotated[
        int,
        Meta(
            ge=1,
            le=65536,
            description="An address of IPv6 counts as its /64; its /48 may have this many times "
            "as much.",
        ),
    ] = 4
    limit_counters: Annotated[
        int,
        Meta(
            ge=1000,
            le=10_000_000,
            description="Counters of each kind of limit, at most; past that the one used longest "
            "ago is discarded.",
        ),
    ] = 50_000
    import_limit_megabytes: Annotated[
        int,
        Meta(ge=1, le=102400, description="Largest upload of files to import on the site, in MiB."),
    ] = 512
    hashing_threads: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="Password hashing threads, per worker; 0 divides the cores among the "
            "workers.",
        ),
    ] = 0
    hashing_queue: Annotated[
        int,
        Meta(ge=1, le=10000, description="Password checks that may wait; past that 503."),
    ] = 100
    cache_megabytes: Annotated[
        int, Meta(ge=1, le=65536, description="Memory for cached answers, in MiB.")
    ] = 16
    demo: Annotated[
        bool, Meta(description="Load the demo catalogue when the database is created.")
    ] = True
    metrics_token: Annotated[
        str,
        Meta(
            description="Bearer token that /metrics asks for; when empty, only this machine "
            "itself may read it."
        ),
    ] = ""
    log_requests: Annotated[bool, Meta(description="Log a line for each request, too.")] = False
    log_format: Annotated[
        str,
        Meta(
            pattern="^(logfmt|json)$",
            description="How each line of the log is written: logfmt (keys and values) or json.",
        ),
    ] = "logfmt"
    log_level: Annotated[
        str,
        Meta(
            pattern="^(debug|info|warning|error)$",
            description="How much is logged: debug, info, warning or error.",
        ),
    ] = "info"


@cache
def _fields() -> dict[str, tuple[type, Meta, object]]:
    """Return the type, constraints and default of every setting."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        field.name: (*get_args(hints[field.name]), field.default)
        for field in msgspec.structs.fields(Settings)
    }


def rows() -> list[tuple[str, str, object, str]]:
    """Return every setting as (environment variable, kind of value, default, help)."""
    return [
        (PREFIX + name.upper(), kind_of(name, type_, meta), default, str(meta.description))
        for name, (type_, meta, default) in _fields().items()
    ]


def load(
    environment: Mapping[str, str] | None = None,
    /,
    **overrides: str | int | bool | Path | None,
) -> Settings:
    """Read the settings; `overrides` (from the command line) win where not None.

    Raises:
        SettingsError: a value of the wrong kind or beyond its bounds.
    """
    written = _environment() if environment is None else environment
    values: dict[str, Any] = {
        name: text for name in _fields() if (text := written.get(PREFIX + name.upper(), "")) != ""
    }
    values |= {name: value for name, value in overrides.items() if value is not None}
    settings = Settings(**{name: _parsed(name, value) for name, value in values.items()})
    _check(settings)
    return settings


def check_value(name: str, value: object) -> str | None:
    """Return what is wrong with the value of one setting, or None if it can be used."""
    try:
        _parsed(name, value)
    except SettingsError as error:
        return str(error).removeprefix(f"{PREFIX}{name.upper()}: ")
    return None


def _parsed(name: str, value: object) -> Any:
    type_, meta, _ = _fields()[name]
    if type_ is bool:
        value = SWITCHES.get(str(value).lower(), value)
    if type_ == tuple[str, ...] and isinstance(value, str):
        value = tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())
    try:
        parsed = msgspec.convert(value, Annotated[type_, meta], strict=False, dec_hook=_convert)
    except msgspec.ValidationError:
        parsed = None
    if parsed is None or parsed != parsed:
        said = problem(name, type_, meta, value)
        raise SettingsError(f"{PREFIX}{name.upper()}: {said}") from None
    return parsed


def zone(name: str) -> tzinfo:
    """Return the time zone of this name. UTC needs no database of time zones.

    Raises:
        ValueError, LookupError, OSError: this machine knows no time zone of this name.
    """
    return UTC if name == "UTC" else ZoneInfo(name)


def unknown() -> list[str]:
    """Variables that look like settings and are none."""
    known = {name for name, *_ in rows()} | {f"{PREFIX}SUPERUSER_PASSWORD"}
    return sorted(name for name in _environment() if name.startswith(PREFIX) and name not in known)


def aws_environment() -> dict[str, str]:
    """The usual variables of S3 clients, from where settings come from, too."""
    given = _environment()
    return {name: given[name] for name in AWS_VARIABLES if given.get(name)}


def _environment() -> dict[str, str]:
    try:
        from_file = {k: v for k, v in dotenv_values(".env").items() if v is not None}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise SettingsError(
            f"the file {Path('.env').absolute()} cannot be read ({reason}), so the settings in it "
            "are unknown. Correct or remove the file"
        ) from None
    return from_file | dict(os.environ)


def _convert(type_: type, value: object) -> object:
    if type_ is Path:
        return Path(str(value)).expanduser()
    raise NotImplementedError


def _check(settings: Settings) -> None:
    for name, *_ in rows():
        field = name.removeprefix(PREFIX).lower()
        if field.endswith("_limit"):
            try:
                parse_rate(getattr(settings, field))
            except ValueError:
                raise SettingsError(f"{name}: {rate_problem(getattr(settings, field))}") from None
    for name in ("database_url", "redis_url"):
        if not is_server_address(getattr(settings, name)):
            raise SettingsError(
                f"{PREFIX}{name.upper()}: the host or the port cannot be read. If the password has "
                "one of / @ ? #, write it percent-encoded (%2F %40 %3F %23)"
            )
    try:
        zone(settings.timezone)
    except (ValueError, LookupError, OSError):
        raise SettingsError(
            f"{PREFIX}TIMEZONE: this machine has no time zone of this name. Write one such as "
            "Europe/Moscow, or UTC"
        ) from None
    if settings.secret_key and len(settings.secret_key.strip()) < 32:
        raise SettingsError(
            f"{PREFIX}SECRET_KEY: it has fewer than 32 characters, so tokens could be forged. "
            "Create a key with 'openssl rand -hex 32'"
        )
