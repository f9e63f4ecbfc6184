"""Checks of addresses: the public URL, proxies and other origins."""

import ipaddress
import re
from collections.abc import Iterator

from kinoteka.cli.doctor.findings import Finding, error, fine, warning
from kinoteka.infrastructure.settings import Settings

ORIGIN = re.compile(r"https?://[^/\s*?#@]+")
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")

# Networks with fewer fixed bits than this cannot contain only proxies.
MIN_PREFIX_BITS = {4: 8, 6: 16}
MIN_METRICS_TOKEN_LENGTH = 16


def check_public_url(settings: Settings) -> Iterator[Finding]:
    """Check that clients use TLS."""
    url, listens = settings.public_url, f"{settings.host}:{settings.port}"
    if settings.unix_socket:
        listens = f"the Unix socket {settings.unix_socket}"
    if url.startswith("https://"):
        yield fine("public URL", f"{url}; cookies are Secure.")
    elif is_local(settings) and (not url or _names_this_machine(url)):
        yield fine("public URL", f"Nobody but this machine reaches {listens}.")
    elif not url:
        yield warning(
            "public URL",
            f"{listens} can be reached by other machines, whose users sign in without TLS. Put a "
            "proxy with TLS in front and set KINOTEKA_PUBLIC_URL=https://….",
        )
    else:
        yield warning(
            "public URL",
            f"{url} does not use TLS: others on the network can read passwords and cookies. Put a "
            "proxy with TLS in front and set KINOTEKA_PUBLIC_URL=https://….",
        )


def check_trusted_proxies(settings: Settings) -> Iterator[Finding]:
    """Check that client addresses are known and cannot be forged."""
    named = [name.strip() for name in settings.trusted_proxies.split(",") if name.strip()]
    if settings.unix_socket:
        yield fine(
            "proxies",
            f"X-Forwarded-For is trusted from every program that can connect to "
            f"{settings.unix_socket} (mode {settings.unix_socket_mode}).",
        )
    if not named:
        if not settings.unix_socket and settings.public_url.startswith("https://"):
            yield warning(
                "proxies",
                "The public URL is https, so there is a proxy, but none is trusted: all clients "
                "seem "
                "to have its address and share its limits. Set KINOTEKA_TRUSTED_PROXIES to the "
                "address from which it connects.",
            )
        return
    wide = [name for name in named if _is_wide(name)]
    unread = [name for name in named if not _is_wide(name) and _network(name) is None]
    if wide:
        say = warning if is_local(settings) else error
        yield say(
            "proxies",
            f"{', '.join(wide)} trusts the addresses that any client claims to have, "
            "so any client can escape every limit. Name the proxy's own address in "
            "KINOTEKA_TRUSTED_PROXIES.",
        )
    if unread:
        yield error(
            "proxies",
            f"{', '.join(unread)} is neither an address nor a network, and never matches: "
            "KINOTEKA_TRUSTED_PROXIES takes no names.",
        )
    if not wide and not unread:
        yield fine("proxies", f"X-Forwarded-For of {', '.join(named)} is believed.")


def check_cors(settings: Settings) -> Iterator[Finding]:
    """Check that the allowed origins are valid."""
    for origin in settings.cors_origins:
        if not ORIGIN.fullmatch(origin):
            yield error(
                "CORS",
                f"{origin} is not an origin and never matches. Origins in KINOTEKA_CORS_ORIGINS "
                "look like https://app.example, without a path or a pattern.",
            )
        elif origin.startswith("http://") and not _names_this_machine(origin):
            yield warning(
                "CORS",
                f"{origin} does not use TLS: others on the network can act as its users.",
            )


def check_metrics(settings: Settings) -> Iterator[Finding]:
    """Check that the token of /metrics cannot be guessed."""
    if 0 < len(settings.metrics_token) < MIN_METRICS_TOKEN_LENGTH:
        yield warning(
            "metrics",
            f"KINOTEKA_METRICS_TOKEN has fewer than {MIN_METRICS_TOKEN_LENGTH} characters. "
            "Create one with `openssl rand -hex 24`.",
        )


def is_local(settings: Settings) -> bool:
    """Return whether only this machine can reach the server."""
    hosts = (host.strip(" []") for host in settings.host.split(","))
    return bool(settings.unix_socket) or all(is_loopback(host) for host in hosts)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server that listens on these hosts."""
    network = _network(host)
    return host == "localhost" or (network is not None and network.is_loopback)


def _names_this_machine(url: str) -> bool:
    host = re.sub(r":\d+$", "", url.partition("://")[2])
    return host in LOCAL_NAMES


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(name)
    except ValueError:
        return None


def _is_wide(name: str) -> bool:
    network = _network(name)
    return name == "*" or (
        network is not None and network.prefixlen < MIN_PREFIX_BITS[network.version]
    )
