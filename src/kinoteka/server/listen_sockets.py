"""Where the server listens: addresses of IPv4 and IPv6, or a Unix socket."""

import errno
import os
import shlex
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kinoteka.infrastructure.settings import Settings

BACKLOG = 2048
EVERYWHERE = ("", "*")
ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 (only if an operator asks for it)
PORTS_TRIED = 50
NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)

STARTED = """Kinoteka serves on {addresses}

What to try first:
  {address}/          the site: films to browse and search
  {address}/sign-up   create an account
  {superuser}
      make this account an operator; sign in again afterwards
  {address}/manage    for operators: films, members, imports
  {address}/docs      every endpoint of the HTTP contracts, to read and to try
Stop with Ctrl+C.
"""
STARTED_ON_UNIX_SOCKET = """Kinoteka serves on unix:{path}

What to try first:
  curl --unix-socket {path} http://localhost/movies/?page=1    films
  {superuser}    make an account an operator
A browser needs a proxy in front, such as nginx. Stop with Ctrl+C.
"""


class CannotListen(Exception):
    """The server cannot listen where the settings say. The message says why and what to do."""


@contextmanager
def listening_sockets(settings: Settings) -> Iterator[list[socket.socket]]:
    """Open the sockets that the settings name, and close them at the end.

    Raises:
        CannotListen: the host is unknown, or the port or the path of the Unix socket is taken or
            forbidden.
    """
    try:
        if settings.unix_socket:
            path = Path(settings.unix_socket).absolute()
            sockets = [unix_socket(path, int(settings.unix_socket_mode, 8))]
            created = path.stat()
        else:
            path, created = None, None
            sockets = tcp_sockets(settings.host, settings.port)
    except OSError as error:
        problem = _socket_problem if settings.unix_socket else _port_problem
        raise CannotListen(problem(error, settings)) from None
    try:
        yield sockets
    finally:
        for opened in sockets:
            opened.close()
        if path is not None and created is not None:
            _remove(path, created)


def tcp_sockets(hosts: str, port: int) -> list[socket.socket]:
    """Open a socket for each address of the hosts, which are separated by commas.

    `*` (or nothing) stands for all addresses of IPv4 and IPv6. Each family has a socket of its own,
    so a client of IPv4 is never shown as one of IPv6. Port 0 takes a free one, the same for all.

    Raises:
        OSError: the host is unknown, or its port is taken.
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
    """Open a Unix socket with this mode: users with write permission can connect.

    An abandoned socket at the path is replaced.

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


def announce(sockets: list[socket.socket], data: Path) -> None:
    """Print the addresses of the server and what to try first."""
    sys.stdout.write(announcement(sockets, data))
    sys.stdout.flush()


def announcement(sockets: list[socket.socket], data: Path) -> str:
    """Return the text that the operator sees when the server has started."""
    superuser = f"{_command()} createsuperuser --login NAME{_data_option(data)}"
    if sockets[0].family is socket.AF_UNIX:
        path = sockets[0].getsockname()
        return STARTED_ON_UNIX_SOCKET.format(path=path, superuser=superuser)
    addresses = [_url(opened) for opened in sockets]
    return STARTED.format(
        addresses=" and ".join(addresses), address=addresses[0], superuser=superuser
    )


def _command() -> str:
    """Return the command as it was called."""
    program = sys.argv[0]
    is_found = shutil.which("kinoteka") == program
    return program if Path(program).name == "kinoteka" and not is_found else "kinoteka"


def _data_option(data: Path) -> str:
    return "" if data == Settings().data else f" --data {shlex.quote(str(data))}"


def _port_problem(error: OSError, settings: Settings) -> str:
    """Return why the host and port cannot be used, and what to do."""
    host, port = settings.host, settings.port
    if isinstance(error, socket.gaierror):
        return (
            f"the name {error.filename} cannot be resolved ({error.strerror}), so the server "
            "cannot listen there. Use an address of this machine, such as --host 127.0.0.1, or "
            "'*' for all of them (KINOTEKA_HOST)"
        )
    if error.errno == errno.EADDRINUSE:
        free = _free_port(host, port)
        return f"port {port} on {host or '*'} is taken by another program. " + (
            f"Port {free} is free: use --port {free} (with make: make run PORT={free}), or set "
            f"KINOTEKA_PORT={free}"
            if free
            else "Use --port 0 to let the server take any free port"
        )
    if error.errno == errno.EACCES:
        return (
            f"this user may not listen on port {port}: ports below 1024 are for privileged users. "
            "Use --port 8000 and put a proxy in front, such as nginx"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"this machine does not have the address {host}. Use one that it has, such as --host "
            "127.0.0.1, or '*' for all of them (KINOTEKA_HOST)"
        )
    return f"the server cannot listen on port {port} of {host or '*'}: {error.strerror or error}"


def _free_port(hosts: str, taken: int) -> int | None:
    """Return the next port that is free on all of these hosts, or None if there is none nearby."""
    for port in range(taken + 1, min(taken + PORTS_TRIED, 65535) + 1):
        try:
            sockets = tcp_sockets(hosts, port)
        except OSError:
            continue
        for opened in sockets:
            opened.close()
        return port
    return None


def _socket_problem(error: OSError, settings: Settings) -> str:
    """Return why the Unix socket cannot be created, and what to do."""
    path = Path(settings.unix_socket).absolute()
    other = path.with_name(f"{path.stem}-2{path.suffix}")
    use_other = f"use another path, such as --unix-socket {shlex.quote(str(other))}"
    problems = {
        errno.EADDRINUSE: f"another server listens on {path}. Stop it, or {use_other}",
        errno.EEXIST: f"{path} is a file, not a socket, and was left as it is. Remove it, or "
        + use_other,
        errno.ENOENT: f"the folder {path.parent} does not exist, so the Unix socket cannot be "
        f"created in it. Create the folder, or {use_other.replace(str(other), 'kinoteka.sock')}",
        errno.EACCES: f"this user may not create the Unix socket {path}. Give the folder to the "
        "user that the server runs as, or use another path with --unix-socket",
    }
    if error.errno is None:
        return f"the path {path} is too long for a Unix socket. Use a shorter one"
    known = problems.get(error.errno)
    return known or f"the server cannot listen on {path}: {error.strerror or error}"


def _addresses(hosts: str, port: int) -> list[tuple[socket.AddressFamily, str, bool]]:
    """Return each address once, with its family and whether it means all addresses."""
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


def _remove(path: Path, created: os.stat_result) -> None:
    """Remove the socket, unless another server has created its own there."""
    with suppress(OSError):
        present = path.lstat()
        # Compare the time, too, because inode numbers are reused soon.
        if (present.st_ino, present.st_ctime_ns) == (created.st_ino, created.st_ctime_ns):
            path.unlink()
