"""Where the server listens: addresses of IPv4 and IPv6, or a Unix socket."""

import errno
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kinoteka.config import Settings

BACKLOG = 2048
EVERYWHERE = ("", "*")
ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 (only if an operator asks for it)
NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)

STARTED = """Kinoteka serves on {addresses}

What to try first:
  {address}/movies/?page=1&status=new    the newest films
  {address}/movies/?q=brat               search: any words of a title, in any order
  {address}/selections?limit=3           selections of films
  {address}/docs                         every endpoint, to read and to try
Stop with Ctrl+C.
"""
STARTED_ON_UNIX_SOCKET = """Kinoteka serves on unix:{path}

What to try first:
  curl --unix-socket {path} http://localhost/movies/?page=1    films
Stop with Ctrl+C.
"""


@contextmanager
def listening_sockets(settings: Settings) -> Iterator[list[socket.socket]]:
    """Open the sockets that the settings name, and close them at the end.

    Raises:
        OSError: there is no such host, its port is taken, or the path of the Unix socket is.
    """
    if settings.unix_socket:
        path = Path(settings.unix_socket).absolute()
        sockets = [unix_socket(path, int(settings.unix_socket_mode, 8))]
        made = path.stat()
    else:
        path, made = None, None
        sockets = tcp_sockets(settings.host, settings.port)
    try:
        yield sockets
    finally:
        for opened in sockets:
            opened.close()
        if path is not None and made is not None:
            _remove(path, made)


def tcp_sockets(hosts: str, port: int) -> list[socket.socket]:
    """Open a socket for each address of the hosts, which are separated by commas.

    `*` (or nothing) stands for all addresses of IPv4 and IPv6. Each family has a socket of its own,
    so a client of IPv4 is never shown as one of IPv6. Port 0 takes a free one, the same for all.

    Raises:
        OSError: there is no such host, or its port is taken.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address, is_wildcard in _addresses(hosts, port):
            try:
                opened = socket.create_server((address, port), family=family, backlog=BACKLOG)
            except OSError as error:
                if is_wildcard and sockets and error.errno in NO_IPV6:
                    continue  # this machine has no IPv6
                raise
            sockets.append(opened)
            port = opened.getsockname()[1]
    except BaseException:
        for opened in sockets:
            opened.close()
        raise
    return sockets


def unix_socket(path: Path, mode: int) -> socket.socket:
    """Open a Unix socket that only those may connect to whom the mode allows to write.

    A socket that a server left behind is replaced.

    Raises:
        OSError: a server listens there already, or the path is something else.
    """
    _replace_abandoned(path)
    opened = socket.socket(socket.AF_UNIX)
    try:
        previous = os.umask(0o177)  # nobody connects before the mode is set
        try:
            opened.bind(str(path))
        except OSError as error:
            error.filename = str(path)  # the message to the operator names it
            raise
        finally:
            os.umask(previous)
        path.chmod(mode)
        opened.listen(BACKLOG)
    except BaseException:
        opened.close()
        raise
    return opened


def announce(sockets: list[socket.socket]) -> None:
    """Write where the server can be reached."""
    sys.stdout.write(announcement(sockets))
    sys.stdout.flush()


def announcement(sockets: list[socket.socket]) -> str:
    """Return what an operator reads once the server serves."""
    if sockets[0].family is socket.AF_UNIX:
        return STARTED_ON_UNIX_SOCKET.format(path=sockets[0].getsockname())
    addresses = [_url(opened) for opened in sockets]
    return STARTED.format(addresses=" and ".join(addresses), address=addresses[0])


def _addresses(hosts: str, port: int) -> list[tuple[socket.AddressFamily, str, bool]]:
    """Return each address once, with its family, and whether it stands for all of them."""
    found: dict[tuple[socket.AddressFamily, str], bool] = {}
    for host in (each.strip() for each in hosts.split(",")):
        names = ALL_ADDRESSES if host in EVERYWHERE else (host.strip("[]"),)
        for name in names:
            for family, address in _resolved(name, port):
                found.setdefault((family, address), host in EVERYWHERE)
    return [(family, address, is_wildcard) for (family, address), is_wildcard in found.items()]


def _resolved(name: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    try:
        resolved = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        error.filename = name  # the message to the operator names it
        raise
    return [(family, str(where[0])) for family, *_, where in resolved]


def _url(opened: socket.socket) -> str:
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _replace_abandoned(path: Path) -> None:
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise OSError(errno.EEXIST, "There is a file that is no socket", str(path))
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise OSError(errno.EADDRINUSE, "Another server listens there", str(path))


def _remove(path: Path, made: os.stat_result) -> None:
    """Remove the socket, unless another server has put its own there."""
    with suppress(OSError):
        present = path.lstat()
        # By its time, too: the number of a removed file is soon another's.
        if (present.st_ino, present.st_ctime_ns) == (made.st_ino, made.st_ctime_ns):
            path.unlink()
