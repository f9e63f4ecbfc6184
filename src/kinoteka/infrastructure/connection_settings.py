"""Settings of connections and request bodies; `Settings` inherits them."""

from typing import Annotated

import msgspec
from msgspec import Meta


class ConnectionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on the number and speed of connections and request bodies."""

    unix_socket: Annotated[
        str,
        Meta(description="Path of a Unix socket to listen on, instead of the host and port."),
    ] = ""
    unix_socket_mode: Annotated[
        str,
        Meta(pattern="^[0-7]{3}$", description="Mode of the Unix socket, in octal digits."),
    ] = "660"
    connections: Annotated[
        int, Meta(ge=1, le=1000000, description="Open connections, per worker at most.")
    ] = 10000
    connections_per_network: Annotated[
        int,
        Meta(
            ge=1,
            le=1000000,
            description="Open connections per IPv4 address or IPv6 /64, per worker at most; "
            "trusted proxies are exempt.",
        ),
    ] = 1000
    head_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            description="A connection that takes longer to send a request head is closed.",
        ),
    ] = 10.0
    idle_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=86400,
            description="A connection without a request, or whose client does not read the "
            "response, is closed after so many seconds.",
        ),
    ] = 75.0
    body_seconds: Annotated[
        float,
        Meta(gt=0, le=3600, description="Seconds over which the rate of a body is measured."),
    ] = 10.0
    body_bytes_per_second: Annotated[
        int,
        Meta(
            ge=0,
            le=1048576,
            description="A connection whose request body comes more slowly is closed.",
        ),
    ] = 1024
    ping_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            description="Seconds between pings of a WebSocket, and until one must be answered.",
        ),
    ] = 20.0
    json_limit_kilobytes: Annotated[
        int, Meta(ge=1, le=102400, description="Largest JSON body, in KiB.")
    ] = 256
    body_memory_megabytes: Annotated[
        int,
        Meta(
            ge=1,
            le=1048576,
            description="Memory for all request bodies, per worker at most, in MiB.",
        ),
    ] = 128
    uploads_at_once: Annotated[
        int, Meta(ge=1, le=10000, description="Uploads in progress, per worker at most.")
    ] = 64
    uploads_at_once_per_account: Annotated[
        int,
        Meta(ge=1, le=10000, description="Uploads in progress of one account, per worker at most."),
    ] = 4
