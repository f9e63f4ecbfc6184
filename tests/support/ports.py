"""Free ports."""

import socket


def free_port() -> int:
    """Return a port of 127.0.0.1 that is currently free."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
